/** What to do now: the advice that ends every report, from the diagnosis and what could not be seen. Pure. */
import type { Diagnosis } from '../../core/model.js';
import type { SiteInspection } from '../../monitor.js';

export interface NextStep {
  readonly advice: string;
  /** To be typed as it is. */
  readonly command?: string;
}

/** For a site that is not intact: at most four steps, the most urgent first. Empty for an intact one. */
export function nextSteps(inspected: SiteInspection): readonly NextStep[] {
  const { site, state, diagnosis } = inspected;
  const steps: NextStep[] = [];
  if (state === 'altered' && diagnosis !== null) steps.push(...cures(site.id, site.name, diagnosis));
  if (state === 'unreachable') {
    steps.push({
      advice: 'Look whether the server and its name answer from another network.',
      command: `siteward dns ${site.name}`,
    });
    steps.push({ advice: 'Look again once it is up.', command: `siteward check ${site.id}` });
  }
  if (lacksBaseline(inspected)) {
    steps.push({
      advice: 'Take a baseline while the site is known to be genuine, and review it.',
      command: `siteward baseline capture ${site.id}`,
    });
    steps.push({
      advice: 'Approve what you reviewed.',
      command: `siteward baseline approve ${site.id} --by YOUR-NAME`,
    });
  } else if (inspected.inspections.some(({ verdict }) => verdict.state === 'unverified')) {
    steps.push({ advice: 'See what on this machine keeps Siteward from looking.', command: 'siteward doctor' });
    steps.push({ advice: 'Look again.', command: `siteward check ${site.id}` });
  }
  return steps.slice(0, 4);
}

function lacksBaseline(inspected: SiteInspection): boolean {
  return inspected.inspections.some(
    ({ verdict }) =>
      verdict.state === 'unverified' && verdict.failures.some(({ code }) => code.includes('no-baseline')),
  );
}

function cures(id: string, name: string, diagnosis: Diagnosis): readonly NextStep[] {
  switch (diagnosis) {
    case 'delegation-hijacked':
      return [
        { advice: 'Call your registrar now: have the delegation restored and the domain locked.' },
        { advice: 'Watch until every resolver tells the truth again.', command: `siteward dns ${name}` },
      ];
    case 'dns-redirected':
      return [
        { advice: 'Tell the operators of the resolvers listed above; their users are sent to an impostor.' },
        { advice: 'Ask every resolver again.', command: `siteward dns ${name}` },
        {
          advice: 'If the new address is yours, add it to dns.allow of the site and look again.',
          command: `siteward check ${id}`,
        },
      ];
    case 'tls-intercepted':
    case 'certificate-changed':
      return [
        { advice: 'Ask whoever renews the certificate whether this one is theirs; if not, have it revoked.' },
        ...acceptance(id, 'If it is yours, approve it.'),
      ];
    case 'down':
    case 'stream-broken':
      return [{ advice: 'Look at the server and the stream, then look again.', command: `siteward check ${id}` }];
    case 'blocked':
    case 'denied':
    case 'bot-walled':
      return [
        { advice: 'Let the address of this machine through, or look from another network.' },
        { advice: 'Look again.', command: `siteward check ${id}` },
      ];
    case 'monitor-fault':
      return [{ advice: 'See what on this machine needs mending.', command: 'siteward doctor' }];
    case 'defaced':
    case 'injected':
    case 'redirected':
    case 'changed':
      return [
        { advice: 'If nobody of yours did this: take the page offline or restore it, and keep the evidence.' },
        ...acceptance(id, 'If it is your own change, take a new baseline, review it and approve it.'),
      ];
  }
}

function acceptance(id: string, advice: string): readonly NextStep[] {
  return [
    { advice, command: `siteward baseline capture ${id} && siteward baseline diff ${id}` },
    { advice: 'Then approve.', command: `siteward baseline approve ${id} --by YOUR-NAME` },
  ];
}
