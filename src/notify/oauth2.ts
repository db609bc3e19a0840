/** An access token for a mail server that takes no passwords: the refresh token grant of RFC 6749, section 6. */
import * as z from 'zod';
import { oneLine } from '../core/plain-text.js';
import { Secret, secret } from '../core/secret.js';
import { webAddress } from './fields.js';
import { withoutSecrets } from './http.js';
import { type NotifyIo, SendError } from './notifier.js';

export const oauth2Settings = z.strictObject({
  token_url: webAddress('https://oauth2.googleapis.com/token').describe('Where access tokens are given.'),
  client_id: z.string().min(1),
  client_secret: secret().optional(),
  refresh_token: secret(),
  scope: z.string().min(1).optional(),
});

export type OAuth2Settings = z.output<typeof oauth2Settings>;

const REPLY = z.object({ access_token: z.string().min(1) });

/** Asked for anew at every session: sessions are rare, and nothing has to be kept. Throws SendError. */
export async function accessToken(settings: OAuth2Settings, io: NotifyIo): Promise<string> {
  const { token_url: url, client_id, client_secret, refresh_token, scope } = settings;
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refresh_token.reveal(),
    client_id,
    ...(client_secret && { client_secret: client_secret.reveal() }),
    ...(scope !== undefined && { scope }),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, text } = await io.post({ url, headers, body: form.toString(), signal: io.signal });
  const reply = REPLY.safeParse(jsonOf(text));
  if (status === 200 && reply.success) return reply.data.access_token;
  const secrets = [refresh_token, client_secret ?? new Secret('')].filter((one) => one.reveal() !== '');
  const reason = oneLine(withoutSecrets(text, secrets), 200);
  const isFinal = status >= 400 && status < 500 && status !== 429 && status !== 408;
  throw new SendError(
    `${new URL(url).host} gave no access token (${status}, "${reason}"); check smtp.oauth2 in settings.yaml`,
    !isFinal,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so there is no token in it; the caller says what came instead.
    return null;
  }
}
