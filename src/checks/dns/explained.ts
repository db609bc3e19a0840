/** What every comparer of the DNS check asks and measured: the text behind `check --explain`. One entry for each in index.ts. */
import type { Explained, Measure } from '../explained.js';
import { assess } from './authority/assessment.js';
import { WEIGHTS } from './authority/weights.js';
import { type Answer, addressesOf, type DnsEvidence, distinct, trustedAnswers } from './evidence.js';
import { answersOf } from './exhibit.js';
import { judgeAnswers, nxRewriters, type Row } from './ladder.js';
import { whereOf } from './path-comparers.js';
import type { DnsSettings } from './settings.js';
import { authorityOf } from './traced.js';
import { approvedTruth } from './truth.js';

type DnsExplained = Explained<DnsSettings, DnsEvidence>;

/** The rung of the ladder one resolver's answer came to, and why it stands on it. */
function rung({ answer, judgement }: Row): Measure {
  const said = answersOf(answer).slice(0, 8).join(', ') || answer.replies[0]?.rcode || 'no answer';
  const sure = `${Math.round(judgement.confidence * 100)} %`;
  return { where: whereOf(answer), what: `${judgement.verdict} (${sure})`, value: `${said}: ${judgement.why}` };
}

function replied(evidence: DnsEvidence, asked: Answer['asked']): string {
  const answers = trustedAnswers(evidence, asked);
  const rcodes = distinct(answers.flatMap((answer) => answer.replies.map((reply) => reply.rcode))).join(', ');
  return `${answers.length} asked, ${rcodes || 'none answered'}`;
}

function aliases(evidence: DnsEvidence): string {
  const names = trustedAnswers(evidence, 'name').flatMap((answer) => answer.replies.flatMap((r) => r.cnames));
  return distinct(names).join(', ') || 'no alias';
}

function beside(now: string, approved: readonly string[]): string {
  return `${now}; approved: ${distinct(approved).join(' | ') || 'none'}`;
}

function probes(evidence: DnsEvidence, asked: Answer['asked']): Measure[] {
  return evidence.answers
    .filter((answer) => answer.asked === asked)
    .map((answer) => ({
      where: whereOf(answer),
      what: answer.name,
      value: answersOf(answer).join(', ') || 'no answer',
    }));
}

export const explained: Readonly<Record<string, DnsExplained>> = {
  existence: {
    asks: 'Do the resolvers we go by have an address for the name at all?',
    speaks: 'they work, and none of them has an address for it',
    measures: (actual) => [{ where: '', what: 'trusted resolvers', value: replied(actual, 'name') }],
  },
  addresses: {
    asks: 'Is every address the references give approved, allowed or proven by its certificate?',
    speaks: 'a reference gives an address that no accepted look, no allow list and no network explains',
    measures: (actual, accepted, settings) => {
      if (accepted.length === 0) return [{ where: '', what: 'addresses', value: 'nothing is approved yet' }];
      const approved = approvedTruth(actual, accepted, settings);
      return addressesOf(trustedAnswers(actual, 'name')).map((address) => {
        const tls = actual.tls.find((at) => at.address === address);
        const shown = tls?.failure ? 'no handshake' : tls ? (tls.problem ?? 'a valid certificate') : 'not asked';
        const value = `${approved.explain(address) ?? 'nothing explains it'}; TLS: ${shown}`;
        return { where: '', what: address, value };
      });
    },
  },
  wildcard: {
    asks: 'Do made-up names of the domain still not exist?',
    speaks: 'most references give an address for a made-up name, and none did when the baseline was approved',
    measures: (actual, accepted) => [
      {
        where: '',
        what: 'a made-up name',
        value: beside(
          replied(actual, 'absent'),
          accepted.map((one) => replied(one, 'absent')),
        ),
      },
    ],
  },
  aliases: {
    asks: 'Is the name an alias of what was approved?',
    speaks: 'a CNAME on the way was neither approved nor allowed',
    measures: (actual, accepted) => [
      { where: '', what: 'aliases', value: beside(aliases(actual), accepted.map(aliases)) },
    ],
  },
  authority: {
    asks: 'Is what parent, domain, registry and certificate logs say still what was approved? Each difference has a weight.',
    speaks: 'the weights add up to 50 (a person is asked) or 80 (a hijack); a single difference is recorded',
    measures: (actual, accepted, settings) => {
      const assessment = assess(actual, accepted, settings);
      if (!assessment) return [{ where: '', what: 'score', value: 'nothing is approved yet' }];
      const parts = assessment.parts.map(({ kind, points, says }) => {
        return { where: '', what: `${kind} (+${points})`, value: `${says}; ${WEIGHTS[kind].because}` };
      });
      return [{ where: '', what: 'score', value: `${assessment.score} (${assessment.class})` }, ...parts];
    },
  },
  resolvers: {
    asks: 'Does every resolver on the way to visitors give a genuine answer? The first rung that fits decides.',
    speaks: 'the worst address of an answer is explained by no reference, baseline, allow list, certificate or network',
    measures: (actual, accepted, settings) => judgeAnswers(actual, accepted, settings).map(rung),
  },
  overheard: {
    asks: 'Does anybody answer where no DNS server runs?',
    speaks: 'a question to one of dns.silent_addresses is answered',
    measures: (actual) => probes(actual, 'nobody'),
  },
  diverted: {
    asks: 'Do questions to a resolver leave from the network it stands in?',
    speaks: 'a name of dns.whoami saw the question come from another autonomous system',
    measures: (actual) => probes(actual, 'whoami'),
  },
  forged: {
    asks: 'Do the answers of the name servers reach this machine as their owner signed them?',
    speaks: 'they fail his signatures, though the references resolve the name',
    measures: (actual) =>
      (authorityOf(actual)?.traces ?? []).map(({ trace, validation }) => {
        const { subject = '', text = 'nothing was heard' } = validation.reasons.at(-1) ?? {};
        return { where: '', what: `type ${trace.type}: ${validation.status}`, value: `${subject} ${text}` };
      }),
  },
  rewriting: {
    asks: 'Does a resolver invent addresses for names that do not exist?',
    speaks: 'a made-up name gets an address',
    measures: (actual) => nxRewriters(actual).map(rung),
  },
};
