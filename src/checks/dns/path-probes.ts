/** Who stands between this machine and the resolvers, by questions that only they would answer. Pure. */
import type { Finding } from '../../core/model.js';
import type { Comparer } from '../check.js';
import { diagnosisOf } from './codes.js';
import { addressesOf, type DnsEvidence } from './evidence.js';
import { listed } from './listed.js';
import { whereOf } from './path-comparers.js';
import type { DnsSettings } from './settings.js';
import { truthOf } from './truth.js';

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
