/** How far a trace follows what strangers tell it. Unbound's limits; a cut of ours is eight addresses. */
export const TRACE_LIMITS = {
  referrals: 130,
  /** Name servers of one delegation that are looked at. */
  targets: 16,
  /** Addresses of one zone that are asked. */
  servers: 8,
  /** Queries sent for one question, to all servers and with all retries. */
  sendsPerQuestion: 32,
  /** Queries sent in one trace. */
  sends: 200,
  aliases: 8,
  /** Traces within traces, for addresses of name servers outside the zones they serve. */
  depth: 4,
} as const;

/** What is left of a trace's allowance. Lives as long as the trace. */
export class Allowance {
  queries = 0;
  referrals = 0;
  /** Why it ended, once something did. */
  exceeded: string | null = null;

  /** True when one more query may be sent. */
  takeQuery(): boolean {
    if (this.queries >= TRACE_LIMITS.sends) return this.#exceed(`it took more than ${TRACE_LIMITS.sends} queries`);
    this.queries += 1;
    return true;
  }

  takeReferral(): boolean {
    if (this.referrals >= TRACE_LIMITS.referrals) {
      return this.#exceed(`it was referred on more than ${TRACE_LIMITS.referrals} times`);
    }
    this.referrals += 1;
    return true;
  }

  note(what: string): void {
    this.exceeded ??= what;
  }

  #exceed(what: string): false {
    this.note(what);
    return false;
  }
}
