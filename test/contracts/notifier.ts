/**
 * What every notifier owes, run against a real local server through the real guarded network: each kind gives a sink
 * that can be told how to behave, and the words it must not let out.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { type Notifier, type NotifyIo, type Proof, SendError } from '../../src/notify/notifier.js';
import { notifyIo, notifyNetwork } from '../support/notify.js';
import { startOrigin } from '../support/origin.js';
import { aFinding, anAlert, aSite, aTransition, T0 } from './samples.js';

export type Behaviour =
  | { readonly does: 'accept' }
  /** Refuses, repeating all that it was sent, secrets included. Codes of HTTP; mail has its own for the same. */
  | { readonly does: 'refuse'; readonly code: number; readonly retryAfter?: string }
  | { readonly does: 'hang'; readonly arrived: () => void }
  | { readonly does: 'flood' }
  | { readonly does: 'redirect'; readonly to: string };

export interface Sink {
  /** What settings.yaml would hold, besides id and kind. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** All that was sent, decoded to the text a person or a program reads: one entry per message accepted or refused. */
  messages(): Promise<readonly string[]>;
  /** The key of each attempt by which the other side knows a repetition. */
  keys(): readonly string[];
  close(): Promise<void>;
}

export interface Subject {
  readonly notifier: Notifier;
  readonly open: (behaviour: Behaviour) => Promise<Sink>;
  readonly secrets: readonly string[];
  /** Spoken over HTTP: redirects and Retry-After exist. */
  readonly isHttp: boolean;
  /** What of the sink's own markup must not be readable in what was sent. */
  readonly harmless: (message: string) => void;
}

export const NON_LATIN = 'هک شد עברית 被黑 ถูกแฮ็ก';
export const HOSTILE =
  '</b></div><script>alert(1)</script> *bold* _x_ `c` <!channel> <@U1> <https://evil.example|safe> [a](javascript:x)' +
  '\r\nBcc: victim@example.org\r\n\u202eevil\u202c\u2066x\u2069\u0007\u001b[31m {{.Labels}} =?utf-8?Q?x?=';

export function notifierContract({ notifier, open, secrets, isHttp, harmless }: Subject): void {
  let sink: Sink | undefined;
  afterEach(async () => {
    await sink?.close();
    sink = undefined;
  });
  const opened = async (behaviour: Behaviour): Promise<Sink> => {
    sink = await open(behaviour);
    return sink;
  };
  const hostile = anAlert(aTransition('opened', { summary: `${NON_LATIN} ${HOSTILE}` }), 'them');
  const proof: Proof = {
    folder: 'data/evidence/live/1/',
    pictures: [],
    resolvers: [],
    findings: [aFinding({ summary: HOSTILE, expected: 'Global Summit', actual: `${NON_LATIN} ${HOSTILE}` })],
    links: { incident: 'https://siteward.example.org/incidents/1', acknowledge: 'https://siteward.example.org/ack/t' },
  };
  const send = (to: Sink, over: Partial<NotifyIo> = {}, alert = hostile): Promise<void> =>
    notifier.send(alert, aSite({ title: NON_LATIN }), proof, notifier.settings.parse(to.settings), notifyIo(over));
  const failure = async (sending: Promise<void>): Promise<SendError> => {
    const error = await sending.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof SendError)) throw new Error(`not a SendError: ${error}`);
    for (const shown of [error.message, error.stack, JSON.stringify(error), String(error.cause)]) {
      for (const one of secrets) expect(shown).not.toContain(one);
    }
    expect(error.message).not.toMatch(/[\r\n]|[\p{Bidi_Control}]/u);
    return error;
  };

  describe(`every notifier, ${notifier.kind}:`, () => {
    it('tells what happened, where, and what to do, and resolves when that was accepted', async () => {
      const to = await opened({ does: 'accept' });
      await send(to);
      const said = (await to.messages()).join('\n');
      expect(said).toContain(NON_LATIN);
      expect(said).toContain('https://event.example.org/live');
      expect(said).toContain('CRITICAL');
      expect(said).toContain('https://siteward.example.org/ack/t');
    });

    it('escapes what a stranger wrote, and keeps every script', async () => {
      const to = await opened({ does: 'accept' });
      await send(to);
      for (const message of await to.messages()) {
        expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
        expect(message).not.toMatch(/^Bcc:/m);
        harmless(message);
      }
    });

    it.each(isHttp ? [429, 500, 502, 503, 408] : [421, 451])('is to be tried again after %i', async (code) => {
      const to = await opened({ does: 'refuse', code });
      expect((await failure(send(to))).retryable).toBe(true);
    });

    it.each(isHttp ? [400, 401, 403, 404, 410, 413] : [550, 552, 553])('has failed for good after %i', async (code) => {
      const to = await opened({ does: 'refuse', code });
      expect((await failure(send(to))).retryable).toBe(false);
    });

    it('is to be tried again when nobody listens', async () => {
      const to = await opened({ does: 'accept' });
      await to.close();
      sink = undefined;
      expect((await failure(send(to))).retryable).toBe(true);
    });

    it('ends at the deadline when no answer comes, to be tried again', async () => {
      const deadline = new AbortController();
      const to = await opened({ does: 'hang', arrived: () => deadline.abort() });
      expect((await failure(send(to, { signal: deadline.signal }))).retryable).toBe(true);
    });

    it('says the same under the same key at every attempt', async () => {
      const to = await opened({ does: 'refuse', code: isHttp ? 503 : 451 });
      await failure(send(to));
      await failure(send(to, { now: () => T0 + 60_000 }));
      const [first, second] = to.keys();
      expect(first).toMatch(/[0-9a-f]{64}/);
      expect(second).toBe(first);
      const [one, two] = await to.messages();
      expect(two).toBe(one);
    });

    it('reads no more than it must of a reply without end', async () => {
      const to = await opened({ does: 'flood' });
      // Whether that is a success is the service's to say; that it comes back at all is ours.
      const error = await send(to).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error !== null) expect(error).toBeInstanceOf(SendError);
      if (error instanceof SendError) expect(error.message.length).toBeLessThan(1_000);
    });

    it('dials nothing outside network.only', async () => {
      const to = await opened({ does: 'accept' });
      const { reach, post, touch } = notifyNetwork({ policy: { allow: [], only: ['203.0.113.0/24'] } });
      expect((await failure(send(to, { reach, post, touch }))).message).toContain('network.only');
      expect(await to.messages()).toEqual([]);
    });

    it('looks at the way without sending anything', async () => {
      const to = await opened({ does: 'accept' });
      const settings = notifier.settings.parse(to.settings);
      expect(await notifier.examine(settings, notifyIo())).toContain('nothing was sent'.slice(1));
      expect(await to.messages()).toEqual([]);
      await to.close();
      sink = undefined;
      await failure(notifier.examine(settings, notifyIo()).then(() => undefined));
    });

    it('prints no secret of its settings', async () => {
      const to = await opened({ does: 'accept' });
      const shown = JSON.stringify(notifier.settings.parse(to.settings));
      for (const one of secrets) expect(shown).not.toContain(one);
    });

    if (!isHttp) return;

    it('waits as long as it is asked to', async () => {
      const to = await opened({ does: 'refuse', code: 429, retryAfter: '37' });
      expect((await failure(send(to))).retryAfterMs).toBe(37_000);
      await to.close();
      const dated = await opened({ does: 'refuse', code: 503, retryAfter: new Date(T0 + 90_000).toUTCString() });
      expect((await failure(send(dated))).retryAfterMs).toBe(90_000);
    });

    it('never follows a redirect', async () => {
      const trap = await startOrigin({ '*': 'caught' }, { address: '127.0.0.99' });
      const to = await opened({ does: 'redirect', to: `${trap.url}/latest/meta-data/` });
      expect((await failure(send(to))).message).toContain('never followed');
      expect(trap.connections()).toBe(0);
      await trap.close();
    });
  });
}
