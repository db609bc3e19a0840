/**
 * What servers that answer by region say to visitors of other networks than ours: the same question, asked on behalf of
 * each network that the operator names. Gathers facts, judges nothing.
 *
 * Only name servers of the name itself are asked so, never those above (RFC 7871 11.1), and of those only the ones that
 * answered. Its queries count apart: a trace is not to end for want of what this used up.
 */
import type { Question } from '../dnssec/response.js';
import { TYPE } from '../names.js';
import { heeds } from './client-subnet.js';
import type { Server, ServerReply } from './facts.js';
import { Allowance } from './limits.js';
import { askServer, Sends, type TraceIo } from './server-query.js';
import { messageOf } from './statements.js';

export interface SweepOptions {
  readonly port: number;
  /** `203.0.113.0/24`; empty: nobody is asked. */
  readonly subnets: readonly string[];
}

/** Addresses are what differs by region. */
const SWEPT: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA]);

/** Longest that one question's sweep takes; what is not heard by then is not known. */
const SWEEP_MS = 700;

/** Longest that sweeps lengthen a trace of all types. */
export function sweepMs({ subnets }: Pick<SweepOptions, 'subnets'>): number {
  return subnets.length > 0 ? SWEPT.size * SWEEP_MS : 0;
}

export class Sweep {
  readonly #options: SweepOptions;
  readonly #allowance = new Allowance();

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** @param replies of the servers, asked without a network. @returns the answers made for a network, by server. */
  async of(replies: readonly ServerReply[], question: Question, io: TraceIo): Promise<ServerReply[]> {
    const [first, ...others] = this.#options.subnets;
    if (first === undefined || !SWEPT.has(question.type)) return [];
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(SWEEP_MS)]);
    const ask = async (servers: readonly Server[], subnet: string): Promise<ServerReply[]> => {
      const sends = new Sends();
      const asked = { ...question, subnet };
      const said = await Promise.all(
        servers.map((server) =>
          askServer(server, this.#options.port, asked, sends, this.#allowance, { ...io, signal }),
        ),
      );
      return said.filter((reply) => heeds(subnet, messageOf(reply)?.message.edns?.clientSubnet ?? null));
    };
    const answering = replies.filter((reply) => messageOf(reply) !== null).map(({ server }) => server);
    const told = await ask(answering, first);
    // Who does not heed one network heeds none.
    const heeding = told.map(({ server }) => server);
    const rest = await Promise.all(others.map((subnet) => ask(heeding, subnet)));
    return [...told, ...rest.flat()];
  }
}
