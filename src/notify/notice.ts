/** What a message says and carries, before it takes a form: made once from the alert, written by each part of the mail. */
import type { ResolverRow, SeenFinding } from '../core/model.js';
import type { Advice } from '../core/words.js';
import type { Illustration } from './illustrations.js';

/** What is said, in the order it is said. Texts may hold a stranger's words. */
export interface Notice {
  readonly tone: 'critical' | 'warning' | 'notice' | 'resolved';
  /** `CRITICAL`, `RESOLVED`. */
  readonly badge: string;
  /** All of it in one line of at most 120 characters: `[CRITICAL] live: defaced — The title was replaced.` */
  readonly headline: string;
  /** What is new: `New incident`, `Still open after 35 min`. */
  readonly kicker: string;
  /** `The live stream page`: what the operator calls the site. */
  readonly name: string;
  /** `defaced`, `as approved again`. */
  readonly state: string;
  /** One plain sentence. */
  readonly sentence: string;
  /** `We are 99 % sure.` Empty where there is nothing to be unsure of. */
  readonly certainty: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly illustrations: readonly Illustration[];
  readonly resolvers: readonly ResolverRow[];
  readonly findings: readonly SeenFinding[];
  readonly advice: readonly Advice[];
  /** Folder with everything, as the operator would type it. */
  readonly evidence: string | null;
  /** Where to go on, the most urgent first. Addresses of ours. */
  readonly links: readonly { readonly label: string; readonly href: string }[];
  /** `Incident 01J..., message 3.` */
  readonly imprint: string;
}

/** A picture of the mail. */
export interface Attachment {
  /** The name the HTML part shows it by. */
  readonly cid: string;
  readonly filename: string;
  readonly mime: 'image/png';
  readonly bytes: Uint8Array;
}

/** One alert as it is mailed. */
export interface Message {
  /** One line of at most 120 characters. */
  readonly subject: string;
  /** Complete without the HTML part. */
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly Attachment[];
}
