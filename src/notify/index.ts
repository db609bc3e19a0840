/** The visible list of notifiers. Configuration and delivery learn a new kind from here. */
import { alertmanager } from './alertmanager.js';
import { apprise } from './apprise.js';
import { email } from './email.js';
import type { Notifier } from './notifier.js';
import { ntfy } from './ntfy.js';
import { pagerduty } from './pagerduty.js';
import { slack } from './slack.js';
import { telegram } from './telegram.js';
import { webhook } from './webhook.js';

export const NOTIFIERS: readonly Notifier[] = [email, pagerduty, webhook, slack, telegram, ntfy, alertmanager, apprise];
