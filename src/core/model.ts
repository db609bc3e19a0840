/**
 * The vocabulary: every word Siteward uses for what it sees, thinks and does: types, and the orders in
 * which the worst comes first.
 *
 * Facts (Observation, evidence), judgement (Finding, Reading, Verdict) and action (Incident, Transition, Alert) are
 * three kinds of value made by three kinds of function. Times are epoch milliseconds, durations milliseconds.
 */

export * from './model/action.js';
export * from './model/facts.js';
export * from './model/judgement.js';
