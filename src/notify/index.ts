/** The visible list of notifiers. Configuration and delivery learn a new kind from here. */
import { email } from './email.js';
import type { Notifier } from './notifier.js';

export const NOTIFIERS: readonly Notifier[] = [email];
