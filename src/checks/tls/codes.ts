/** The findings of the TLS check: what each means and what to do about it. */
import type { FindingCode } from '../check.js';

export const tlsCodes: readonly FindingCode[] = [
  {
    code: 'tls/untrusted',
    diagnosis: 'tls-intercepted',
    severity: 'critical',
    meaning: 'The certificate is not vouched for by a public root or by network.ca.',
    remedy:
      'Compare the issuer with the approved one. An issuer you do not know intercepts the connection; a missing ' +
      'intermediate is a fault of the server; a private authority belongs into network.ca.',
  },
  {
    code: 'tls/name-mismatch',
    diagnosis: 'tls-intercepted',
    severity: 'critical',
    meaning: 'The certificate is for another name: another server answers at the address of the site.',
    remedy: "Look at the names on it: a server misconfigured after a move, or somebody else's server.",
  },
  {
    code: 'tls/expired',
    diagnosis: 'certificate-changed',
    severity: 'critical',
    meaning: 'The certificate has expired, or is not valid yet: browsers refuse the site.',
    remedy: "Renew it, and find out why the renewal did not run. If many sites show this, check this machine's clock.",
  },
  {
    code: 'tls/expires-soon',
    diagnosis: 'certificate-changed',
    severity: 'critical',
    meaning: 'The certificate ends within days, later than an automatic renewal should have replaced it.',
    remedy: 'Renew it now, and find out why the renewal did not run.',
  },
  {
    code: 'tls/issuer-changed',
    diagnosis: 'certificate-changed',
    severity: 'critical',
    meaning: 'A trusted certificate of another authority than the approved one.',
    remedy:
      'If you changed the authority, approve a new baseline. If not, somebody got a certificate for your name: ' +
      'look at certificate transparency and at the DNS of the domain.',
  },
  {
    code: 'tls/key-changed',
    diagnosis: 'certificate-changed',
    severity: 'notice',
    meaning: 'The same authority issued a certificate with a new key: a renewal.',
    remedy: 'Nothing to do; approve a new baseline when convenient.',
  },
  {
    code: 'tls/protocol-downgraded',
    diagnosis: 'certificate-changed',
    severity: 'notice',
    meaning: 'The server negotiates an older protocol than it did when it was approved.',
    remedy: 'Look at the configuration of the server and at what stands in front of it.',
  },
  {
    code: 'tls/address-failing',
    diagnosis: 'down',
    severity: 'notice',
    meaning: 'Some addresses of the name complete a handshake and others do not.',
    remedy: 'Mend the server or take its address out of the DNS: part of the visitors meet it.',
  },
];
