/** Who stands between this machine and the resolvers, by questions that only they would answer. Pure. */
import type { Finding } from '../../core/model.js';
import type { Comparer } from '../check.js';
import { diagnosisOf } from './codes.js';
import { addressesOf, type DnsEvidence } from './evidence.js';
import { isWorse } from './judgement.js';
import { listed } from './listed.js';
import { whereOf } from './path-comparers.js';
import type { DnsSettings } from './settings.js';
import { changedOnTheWay } from './signed.js';
import { authorityOf, bogusAddresses } from './traced.js';
import { truthOf } from './truth.js';
import { judgeUnexplained } from './unexplained.js';

type DnsComparer = Comparer<DnsSettings, DnsEvidence>;

/**
 * An answer from where no server is was made on the way: OONI ts-012, and the proxies of Liu et al. 2018. With the genuine
 * addresses it is a proxy that answers for everybody, with others a forger.
 */
export const overheard: DnsComparer = {
  name: 'overheard',
  compare(actual, accepted, settings) {
    const truth = truthOf(actual, accepted, settings);
    const answered = actual.answers.filter(({ asked, replies }) => asked === 'nobody' && replies.length > 0);
    return answered.map((answer): Finding => {
      const given = addressesOf([answer]);
      const genuine = given.every((address) => truth.explain(address) !== null);
      const code = genuine ? 'dns/intercepted' : 'dns/injection';
      const from = answer.resolver.name.replace('nobody at ', '');
      return {
        code,
        severity: genuine ? 'warning' : 'critical',
        confidence: 0.95,
        diagnosis: diagnosisOf(code),
        summary: `A question for ${actual.name} sent to ${from}, where no DNS server runs, was answered${
          genuine
            ? ' with what is genuine: somebody on the way answers for everybody'
            : `: somebody on the way forges answers`
        }.`,
        expected: 'silence',
        actual: listed(given) || (answer.replies[0]?.rcode ?? ''),
        where: whereOf(answer),
      };
    });
  },
};

/** A resolver said to stand in AS64501 whose questions reach the world from elsewhere. */
export const diverted: DnsComparer = {
  name: 'diverted',
  compare: (actual) =>
    actual.answers.flatMap((answer): Finding[] => {
      const home = /^AS(\d+)$/u.exec(answer.resolver.network ?? '')?.[1];
      if (answer.asked !== 'whoami' || home === undefined) return [];
      const abroad = addressesOf([answer]).flatMap((address) => {
        const asn = actual.asns?.[address];
        return asn && asn !== Number(home) ? [`${address} (AS${asn})`] : [];
      });
      if (abroad.length === 0) return [];
      return [
        {
          code: 'dns/diverted',
          severity: 'notice',
          confidence: 0.6,
          diagnosis: diagnosisOf('dns/diverted'),
          summary: `Questions to resolver "${answer.resolver.name}" reach the world from ${listed(abroad)}, not from AS${home}.`,
          expected: `an address in AS${home}`,
          actual: listed(abroad),
          where: whereOf(answer),
        },
      ];
    }),
};

/**
 * Answers of name servers that fail the owner's signatures while the references resolve the name: on this machine's own
 * way to them something changes answers. With an address that is somebody else's it is a forger, else most often a
 * middlebox that leaves signatures out.
 */
export const forged: DnsComparer = {
  name: 'forged',
  compare(actual, accepted, settings) {
    const authority = authorityOf(actual);
    const reason = changedOnTheWay(actual, authority);
    if (!authority || !reason) return [];
    const truth = truthOf(actual, accepted, settings);
    const foreign = bogusAddresses(authority).filter((address) => {
      const judged =
        truth.explain(address) === null ? judgeUnexplained(address, { evidence: actual, truth, settings }) : null;
      return judged !== null && isWorse(judged.verdict, 'INCONSISTENT');
    });
    const what = foreign.length > 0 ? 'forged' : 'changed';
    const says = foreign.length > 0 ? `, with ${listed(foreign)} for an address` : '';
    return [
      {
        code: 'dns/authority-forged',
        severity: foreign.length > 0 ? 'warning' : 'notice',
        confidence: foreign.length > 0 ? 0.9 : 0.5,
        diagnosis: diagnosisOf('dns/authority-forged'),
        summary: `Answers of the name servers for ${actual.name} are ${what} on the way to this machine${says}: the owner's signatures do not fit, while the reference resolvers answer as usual.`,
        expected: 'valid signatures from the root down',
        actual: `${reason.subject} ${reason.text}`,
        where: 'the way from this machine to name servers, port 53',
      },
    ];
  },
};
