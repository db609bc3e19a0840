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
    code: 'dns/injection',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'Two different answers came to one query: something on the path forges answers and races the resolver.',
    remedy: 'The forger is between this vantage and the resolver. Visitors in that network need DoT, DoH or a VPN.',
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
    severity: 'notice',
    meaning: 'A resolver, or something in its place, sent replies that are no DNS messages.',
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
    code: 'dns/no-address',
    diagnosis: 'down',
    severity: 'critical',
    meaning: 'The references agree that the name has no address, or cannot be resolved.',
    remedy: 'Look at the registrar, the name servers and the DNSSEC signatures of the domain, in this order.',
  },
  {
    code: 'dns/answer-changed',
    diagnosis: 'dns-redirected',
    severity: 'critical',
    meaning: 'The references themselves give an address that was not approved.',
    remedy:
      'If the move was planned, approve a new baseline. If not, look at the DNS host and the registrar account at ' +
      'once: the authoritative data was changed.',
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
    diagnosis: 'delegation-hijacked',
    severity: 'critical',
    meaning: 'The domain is delegated to name servers that were not approved: whoever runs them decides every answer.',
    remedy:
      'If the change was not yours, call the registrar now and have it undone and locked. Otherwise approve it or ' +
      'add the servers to dns.allow.nameservers.',
  },
] as const satisfies readonly FindingCode[];

export type DnsCode = (typeof dnsCodes)[number]['code'];

/** The code's usual diagnosis. */
export function diagnosisOf(code: DnsCode): FindingCode['diagnosis'] {
  return dnsCodes.find((entry) => entry.code === code)?.diagnosis ?? 'changed';
}
