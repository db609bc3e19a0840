/** A handshake with every address of the name, up to a few. */
import type { Failure } from '../../core/model.js';
import type { ChangeTicket } from '../changes.js';
import { ProbeFailure, type ProbeIo } from '../check.js';
import { keptCertificate, type Shown, type TlsEvidence } from './evidence.js';

export interface TlsSettings {
  readonly name: string;
  readonly port: number;
  readonly content: 'frozen' | 'living';
  /** Announced changes, whether their window is open or not. */
  readonly changes?: readonly ChangeTicket[];
}

/** One of many servers with a foreign certificate is what we look for; forty handshakes a minute are impolite. */
const MOST_ADDRESSES = 4;
const LONGEST_CHAIN = 8;

/** @throws ProbeFailure when no address completes a handshake. */
export async function probe(settings: TlsSettings, io: ProbeIo): Promise<TlsEvidence> {
  const addresses = (await io.network.resolve(settings.name)).slice(0, MOST_ADDRESSES);
  const looks = await Promise.all(addresses.map((address) => look(address, settings, io)));
  const shown = looks.filter((one) => 'chain' in one);
  const failed = looks.filter((one) => 'failure' in one);
  const [first] = failed;
  if (shown.length === 0 && first) throw new ProbeFailure(ofWhom(first.failure));
  return { name: settings.name, port: settings.port, at: io.now(), shown, failed };
}

/** Where our own rules kept us from looking, the site is not to blame. */
function ofWhom(failure: Pick<Failure, 'blame' | 'code' | 'detail'>): Failure {
  return failure.code === 'blocked-address' ? { ...failure, blame: 'monitor' } : failure;
}

type Look = Shown | { address: string; failure: Pick<Failure, 'blame' | 'code' | 'detail'> };

async function look(address: string, { name, port }: TlsSettings, { network, signal }: ProbeIo): Promise<Look> {
  try {
    const { problem, protocol, chain } = await network.handshake({ address, port, serverName: name, signal });
    const [leaf, ...issuers] = chain.slice(0, LONGEST_CHAIN).map(keptCertificate);
    if (leaf) return { address, problem, protocol, chain: [leaf, ...issuers] };
    const detail = `${name} (${address} port ${port}) showed no certificate at all.`;
    return { address, failure: { blame: 'target', code: 'no-certificate', detail } };
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    const { blame, code, detail } = error.failure;
    return { address, failure: { blame, code, detail } };
  }
}
