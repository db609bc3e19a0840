/** The findings of the DNS check: what each means and what to do about it. */
import type { FindingCode } from '../check.js';

export const dnsCodes = [
  {
    code: 'dns/redirect',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'A resolver sends visitors to an address that cannot prove to be the site, while the genuine ones can.',
    remedy:
      'Tell the operator of that resolver, with the raw answers from the evidence. Visitors behind it see what the ' +
      'victim picture shows. If the address is yours, add it to dns.allow.addresses or approve a new baseline.',
  },
  {
    code: 'dns/redirect-bogon',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'A resolver answers with an address no public site can have: a block page or a portal of that network.',
    remedy: 'Tell the operator of that network. If the site is meant to have a private address there, allow its range.',
  },
  {
    code: 'dns/redirect-content',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'A resolver sends visitors to an address that serves a block page or a defacement.',
    remedy: 'Look at the victim picture, then tell the operator of that resolver.',
  },
  {
    code: 'dns/tampered',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'The domain is signed, and a resolver that passes signatures on gives records its owner did not sign.',
    remedy:
      'Records were changed on the way to that resolver or by it: tell its operator, with the raw answers from the ' +
      'evidence. Visitors whose own machine checks signatures are refused, all others are sent there.',
  },
  {
    code: 'dns/injection',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'Two different answers came to one query: something on the path forges answers and races the resolver.',
    remedy: 'The forger is between this vantage and the resolver. Visitors in that network need DoT, DoH or a VPN.',
  },
  {
    code: 'dns/intercepted',
    diagnosis: 'dns-redirected',
    severity: 'warning',
    meaning:
      'Questions sent to an address where no DNS server runs are answered, with what is genuine: a proxy on the way.',
    remedy:
      'Ask who runs the network of this machine: all its DNS in the clear passes through somebody. Use encrypted ' +
      'resolvers as references; what resolvers beyond the proxy say cannot be seen from here.',
  },
  {
    code: 'dns/authority-forged',
    diagnosis: 'dns-redirected',
    severity: 'warning',
    meaning:
      'What name servers answer this machine fails the signatures of the domain, while the reference resolvers resolve it: ' +
      'something on the way changes answers. A notice where no foreign address is among them.',
    remedy:
      'Ask who runs the network of this machine. As a notice: most often a middlebox that leaves signatures out, or an ' +
      'owner who signs wrongly and references that do not check; `siteward dns NAME --dnssec` shows the link that broke.',
  },
  {
    code: 'dns/diverted',
    diagnosis: 'dns-redirected',
    severity: 'notice',
    meaning: 'Questions to a resolver leave from another network than the one it is said to stand in.',
    remedy:
      'Many operators forward to a larger one; then correct `network` in settings.yaml. Else look for a proxy on the way.',
  },
  {
    code: 'dns/tls-intercepted',
    diagnosis: 'tls-intercepted',
    severity: 'critical',
    meaning: "Reference addresses and a resolver's address all show certificates of the same foreign issuer.",
    remedy: 'Something between this vantage and the site opens TLS: look at the issuer, ask the network operator.',
  },
  {
    code: 'dns/blocked-nxdomain',
    diagnosis: 'blocked',
    severity: 'critical',
    meaning: 'A resolver denies that the name exists, or that it has an address, while the references have one.',
    remedy: 'Ask the operator why the name is filtered. After a new record, an old denial passes with its TTL.',
  },
  {
    code: 'dns/blocked-error',
    diagnosis: 'blocked',
    severity: 'warning',
    meaning: 'A resolver that works otherwise refuses, fails or is silent for this name.',
    remedy: 'Refusals are a filter: ask the operator. Failures and silence alone are noted and prove nothing.',
  },
  {
    code: 'dns/nxdomain-rewritten',
    diagnosis: 'dns-redirected',
    severity: 'notice',
    meaning: 'A resolver gives addresses for names that do not exist: a portal or an advertising resolver.',
    remedy: 'Nothing to do for the site itself. Do not use such a resolver as a reference.',
  },
  {
    code: 'dns/inconsistent',
    diagnosis: 'dns-redirected',
    severity: 'warning',
    meaning: 'A resolver gives an address that nothing explains and nothing proves wrong.',
    remedy: "If the address is yours or your CDN's, add it to dns.allow.addresses; otherwise treat it as a redirect.",
  },
  {
    code: 'dns/malformed',
    diagnosis: 'dns-redirected',
    severity: 'warning',
    meaning: 'A resolver, or something in its place, sent no DNS message; a warning where for this name only.',
    remedy: 'Compare with another path to the same resolver; a clumsy injector or a broken middlebox does this.',
  },
  {
    code: 'dns/resolver-failing',
    diagnosis: 'monitor-fault',
    severity: 'notice',
    meaning: 'A resolver does not work at all, so nothing can be said of its visitors.',
    remedy: 'See whether it is down or no longer serves this machine, and mend or remove it in settings.yaml.',
  },
  {
    code: 'dns/path-intercepted',
    diagnosis: 'monitor-fault',
    severity: 'notice',
    meaning:
      'Whoever answers in the place of an encrypted resolver cannot prove to be it: something on the way opens ' +
      'connections, or its operator errs. Nothing it said is believed, and nothing is held against the site.',
    remedy:
      'Look who issued the certificate there (openssl s_client -connect ADDRESS:PORT -servername NAME). If it is no proxy ' +
      'of your own network, treat this network as hostile.',
  },
  {
    code: 'dns/no-address',
    diagnosis: 'down',
    severity: 'critical',
    meaning: 'The references agree that the name has no address, or cannot be resolved.',
    remedy: 'Look at the registrar, the name servers and the DNSSEC signatures of the domain, in this order.',
  },
  {
    code: 'dns/signing-broken',
    diagnosis: 'down',
    severity: 'warning',
    meaning: 'The signatures of the domain are broken at its owner: resolvers that check them refuse the name.',
    remedy:
      'No attack: sign the zone again, or give the registrar the DS record of the key in use. ' +
      '`siteward dns NAME --dnssec` shows the link that broke.',
  },
  {
    code: 'dns/answer-changed',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'The references, or the name servers of the domain, give an address that was not approved.',
    remedy:
      'If the move was planned, approve a new baseline. If not, look at the DNS host and the registrar account at ' +
      'once: the authoritative data was changed.',
  },
  {
    code: 'dns/wildcard-appeared',
    diagnosis: 'changed',
    severity: 'critical',
    meaning:
      'Names of the domain that nobody made now have an address: a wildcard record was added. Critical where that ' +
      'address does not prove to be the site.',
    remedy:
      'If it was not you, look at the DNS host: with a wildcard any name of the domain can carry a page in your name. If ' +
      'it was, approve a new baseline.',
  },
  {
    code: 'dns/cname-changed',
    diagnosis: 'changed',
    severity: 'warning',
    meaning: 'The name is now an alias of something that was not approved.',
    remedy: 'If the CDN was changed, approve it or add the name to dns.allow.cnames; otherwise look at the DNS host.',
  },
  {
    code: 'dns/nameservers-changed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The domain is delegated to name servers that were not approved: whoever runs them decides every answer.',
    remedy:
      'If the change was not yours, call the registrar now and have it undone and locked. Otherwise approve it or ' +
      'add the servers to dns.allow.nameservers.',
  },
  {
    code: 'dns/delegation-hijacked',
    diagnosis: 'delegation-hijacked',
    severity: 'critical',
    meaning:
      'Several differences at the authority of the domain, which together only a hijack at the registrar, the registry or ' +
      'the DNS host explains well: name servers, their addresses, DS records, mail, certificates. The finding lists them ' +
      'with their weight (docs/domain.md).',
    remedy:
      'Call the registrar by telephone, have the delegation put back and the domain locked. Then change the passwords of ' +
      'the registrar and DNS accounts, revoke certificates that were issued meanwhile, and see who read the mail. If it ' +
      'was you, announce it as a ticket under changes: in the watchlist, or approve a new baseline.',
  },
  {
    code: 'dns/authority-changed',
    diagnosis: 'changed',
    severity: 'critical',
    meaning: 'The domain was changed at its authority, by more than owners usually change without saying so.',
    remedy:
      'Ask whoever runs the domain. If it was them, approve a new baseline; announced as a ticket under changes: it ' +
      'raises no question next time. If not, call the registrar.',
  },
  {
    code: 'dns/change-expected',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'A difference that a ticket under changes: in the watchlist announces for this time. It counts nothing.',
    remedy: 'Approve a new baseline before the window of the ticket ends.',
  },
  {
    code: 'dns/glue-changed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The parent gives another address for a name server whose name stayed.',
    remedy:
      'Ask the DNS host whether it moved its server. In another network it is what a registrar hijack looks like.',
  },
  {
    code: 'dns/ds-removed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The parent has no DS record for the domain any more: its DNSSEC signatures protect nobody.',
    remedy: 'If nobody meant to end DNSSEC, call the registrar; put the DS record back.',
  },
  {
    code: 'dns/ds-replaced',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The parent names other DNSSEC keys for the domain, and none that was approved.',
    remedy: 'After a rollover of keys approve a new baseline. If there was none, call the registrar.',
  },
  {
    code: 'dns/parent-child-differ',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The parent and the domain itself name different name servers, which they did not before.',
    remedy: 'Look which of the two is right and have the other one corrected.',
  },
  {
    code: 'dns/mail-changed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The mail of the domain goes to a server that was not approved.',
    remedy: 'If the mail was not moved, look at the DNS host at once: whoever gets the mail can reset passwords.',
  },
  {
    code: 'dns/caa-changed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The CAA records let an authority issue certificates that could not before.',
    remedy: 'If you did not change them, look at the DNS host, and at certificate transparency for the name.',
  },
  {
    code: 'dns/ttl-collapsed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'Records that were kept for an hour or longer are now kept for minutes: somebody prepares a switch.',
    remedy: 'Nothing, if a move is planned; announce it as a ticket under changes:.',
  },
  {
    code: 'dns/registrar-changed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The registry (RDAP) names another registrar, or other name servers, than approved.',
    remedy: 'If the domain was not transferred by you, call your registrar and the registry at once.',
  },
  {
    code: 'dns/registrar-lock-lost',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'A lock against transfers, updates or deletion is gone from the record of the registry (RDAP).',
    remedy: 'Lock the domain again in the account of the registrar; find out who unlocked it.',
  },
  {
    code: 'dns/registration-changed',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'The registry (RDAP) says that the record of the domain was changed, and nothing we see explains it.',
    remedy: 'A renewal does this too. Otherwise look at the history in the account of the registrar.',
  },
  {
    code: 'dns/certificate-issued',
    diagnosis: 'changed',
    severity: 'notice',
    meaning: 'Certificate transparency has a new certificate for the name, for a key that was not approved.',
    remedy: 'If it is not yours, have the authority revoke it, and look at the DNS of the domain.',
  },
] as const satisfies readonly FindingCode[];

export type DnsCode = (typeof dnsCodes)[number]['code'];

/** The code's usual diagnosis. */
export function diagnosisOf(code: DnsCode): FindingCode['diagnosis'] {
  return dnsCodes.find((entry) => entry.code === code)?.diagnosis ?? 'changed';
}
