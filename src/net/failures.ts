/** Errors of the system, TLS, HTTP and the protocols' libraries, told in our own words: the only place that maps them. */
import { ProbeFailure } from '../checks/check.js';
import type { Diagnosis, Failure } from '../core/model.js';

/** Whose fault it is when the other end does not do its part. */
export type OtherEnd = 'target' | 'resolver';

/** The other end was late or broke the rules: `code` and the sentence, which follows its name, are what is reported. */
export class OtherEndError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'OtherEndError';
    this.code = code;
  }
}

type Rule = readonly [blame: 'other end' | 'monitor', code: string, sentence: string, diagnosis?: Diagnosis];

/** By `error.code`. The sentence follows the name of what was dialled. */
const BY_CODE: Readonly<Record<string, Rule>> = {
  ECONNREFUSED: ['other end', 'connect-refused', 'refused the connection: nothing listens on that port.'],
  ETIMEDOUT: ['other end', 'connect-timeout', 'did not answer the connection in time.'],
  ECONNRESET: ['other end', 'connection-reset', 'reset the connection.'],
  ECONNABORTED: ['other end', 'connection-reset', 'aborted the connection.'],
  EPIPE: ['other end', 'connection-reset', 'closed the connection while we were sending.'],
  UND_ERR_SOCKET: ['other end', 'connection-closed', 'closed the connection before the answer was complete.'],
  UND_ERR_HEADERS_OVERFLOW: ['other end', 'headers-too-large', 'sent more header bytes than a page needs.', 'denied'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['other end', 'bad-http', 'sent another length than its headers announced.'],
  EHOSTUNREACH: ['other end', 'host-unreachable', 'cannot be reached: no route leads to the host.'],
  EHOSTDOWN: ['other end', 'host-unreachable', 'cannot be reached: the host is down.'],
  EPROTO: ['other end', 'tls-failed', 'does not complete a TLS handshake.'],
  ENETUNREACH: ['monitor', 'network-unreachable', 'was not dialled: this machine has no route to that network.'],
  ENETDOWN: ['monitor', 'network-unreachable', "was not dialled: this machine's network is down."],
  EADDRNOTAVAIL: ['monitor', 'no-local-address', 'was not dialled: this machine has no free local address or port.'],
  EAFNOSUPPORT: ['monitor', 'network-unreachable', 'was not dialled: this machine does not speak that address family.'],
  EMFILE: ['monitor', 'too-many-files', 'was not dialled: raise the limit of open files (ulimit -n).'],
  ENFILE: ['monitor', 'too-many-files', "was not dialled: the system's limit of open files is reached."],
  ENOBUFS: ['monitor', 'out-of-memory', 'was not dialled: the system has no memory for another socket.'],
  ENOMEM: ['monitor', 'out-of-memory', 'was not dialled: the system is out of memory.'],
  EACCES: ['monitor', 'dial-forbidden', "was not dialled: this machine's firewall or sandbox forbids it."],
  EPERM: ['monitor', 'dial-forbidden', "was not dialled: this machine's firewall or sandbox forbids it."],
};

/** Somebody's care or a clock is to blame, hardly ever an attacker. */
const OUT_OF_TIME: Rule = ['other end', 'certificate-expired', 'shows a certificate that is not valid today.'];

/** By how `error.code` begins, where libraries have a family of codes. */
const BY_PREFIX: readonly (readonly [string, Rule])[] = [
  ['HPE_', ['other end', 'bad-http', 'answered something that is not HTTP.']],
  ['ERR_SSL_', ['other end', 'tls-failed', 'does not complete a TLS handshake.']],
  ['ERR_HTTP2_', ['other end', 'bad-http', 'broke the rules of HTTP/2.']],
  ['CERT_HAS_EXPIRED', OUT_OF_TIME],
  ['CERT_NOT_YET_VALID', OUT_OF_TIME],
  ['ERR_TLS_CERT_ALTNAME', ['other end', 'certificate-invalid', 'shows a certificate for another name.']],
];

/** OpenSSL's names for a chain that does not verify, as Node gives them. */
const CERTIFICATE_CODE =
  /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH)/;

/**
 * @param what names what was dialled and begins the sentence: `www.example.org (192.0.2.7 port 443)`.
 * @param otherEnd who is blamed where the other side failed.
 */
export function failureFrom(error: unknown, what: string, otherEnd: OtherEnd): Failure {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProbeFailure) return cause.failure;
    if (cause instanceof OtherEndError) return failure(otherEnd, cause.code, `${what} ${cause.message}`);
    if (cause.name === 'AbortError') return interrupted(what);
    const code = codeOf(cause);
    const rule = code === null ? undefined : ruleOf(code);
    if (rule && code !== null) {
      const [blame, ours, sentence, diagnosis] = rule;
      return failure(blame === 'monitor' ? 'monitor' : otherEnd, ours, `${what} ${sentence} (${code})`, diagnosis);
    }
  }
  const said = error instanceof Error ? error.message : String(error);
  return failure(otherEnd, 'connection-failed', `${what} failed in an unexpected way: ${oneLine(said)}`);
}

export function failure(blame: Failure['blame'], code: string, detail: string, diagnosis?: Diagnosis): Failure {
  return diagnosis ? { blame, code, detail, diagnosis } : { blame, code, detail };
}

/** The operator or the look's own deadline ended it: says nothing about the other end. */
export function interrupted(what: string): Failure {
  return failure('monitor', 'interrupted', `The look at ${what} was stopped before it ended; run it again.`);
}

/** A stranger's text made fit for one line of a message. */
export function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);
}

function ruleOf(code: string): Rule | undefined {
  // Own keys only: the code may come from a library that copies what a server said.
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code];
  const family = BY_PREFIX.find(([prefix]) => code.startsWith(prefix));
  if (family) return family[1];
  if (!CERTIFICATE_CODE.test(code)) return undefined;
  return ['other end', 'certificate-invalid', 'shows a certificate that no trusted authority vouches for.'];
}

function codeOf(error: Error): string | null {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // undici's parser errors have the name but, in most cases, no code.
  return error.name === 'HTTPParserError' ? 'HPE_INVALID' : null;
}
