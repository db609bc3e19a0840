/** Whom we believe: the public roots that came with Node plus the operator's own, never the machine's store. */
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** Costs some milliseconds: made once and shared. @param ca PEM texts of `network.ca`. */
export function trustIn(ca: readonly string[]): SecureContext {
  return createSecureContext({ ca: [...rootCertificates, ...ca] });
}
