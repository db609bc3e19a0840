import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeKeys } from '../../src/core/cause-keys.js';
import { CAP_WINDOW_MS, group, type Load, PAGES_CAP } from '../../src/core/grouping.js';
import { groupUpdate, orphaned } from '../../src/core/groups.js';
import type { Incident, Severity, Suppression, Transition } from '../../src/core/model.js';
import { isGroup } from '../../src/core/reserved.js';
import { isOver, type Step } from '../../src/core/step.js';
import { aFinding, anIncident, aTransition, aVerdict, T0, unreachableVerdict } from '../contracts/samples.js';

const CALM: Load = { pages: 0, newestAt: null };

/** Many sites' incidents, as a store keeps them. */
class World {
  readonly incidents = new Map<string, Incident>();
  readonly told: Transition[] = [];
  readonly rows: Suppression[] = [];
  readonly keptBack = new Set<string>();
  #ids = 0;

  opens(siteId: string, key: string, at = T0, load = CALM, severity: Severity = 'critical'): void {
    const entry = { ...anIncident().diverging['live/page'], severity, keys: [key] } as Incident['diverging'][string];
    const incident = anIncident({
      id: siteId,
      siteId,
      severity,
      ladder: { from: at, level: 0 },
      since: at,
      updatedAt: at,
      diverging: { [`${siteId}/page`]: entry },
    });
    this.take({ ...aTransition('opened'), incident, at }, at, load);
  }
  ends(siteId: string, at = T0 + 1): void {
    const open = this.incidents.get(siteId) as Incident;
    const incident: Incident = { ...open, status: 'resolved', resolvedAt: at, seq: open.seq + 1 };
    this.take({ incident, change: 'resolved', at, because: 'as approved again' }, at, CALM);
  }
  /** A member shows more than before. */
  worsens(siteId: string, key: string, code: string, at = T0 + 1, load = CALM, severity: Severity = 'critical'): void {
    const known = this.incidents.get(siteId) as Incident;
    const own = known.diverging[`${siteId}/page`] as Incident['diverging'][string];
    const diverging = { ...known.diverging, [`${siteId}/dns`]: { ...own, severity, keys: [key], codes: [code] } };
    const incident = { ...known, severity, diverging, seq: known.seq + 1 };
    this.take({ incident, change: 'worsened', at, because: `${code} is new` }, at, load);
  }
  take(transition: Transition, at: number, load: Load): void {
    const open = [...this.incidents.values()].filter((one) => !isOver(one));
    const step: Step = { incidents: [transition.incident], transitions: [transition] };
    const others = open.filter((one) => one.id !== transition.incident.id);
    const standing = new Set(others.flatMap(({ parent }) => parent ?? []));
    const leading = open.filter(({ parent }) => parent === null);
    const isKeptBack = ({ siteId }: Incident): boolean => this.keptBack.has(siteId);
    const result = group(step, { open: leading, standing, load, isKeptBack }, at, () => `g${++this.#ids}`);
    for (const one of result.step.incidents) this.incidents.set(one.id, one);
    const quiet = new Set(result.suppressions.map(({ incidentId, seq }) => `${incidentId}|${seq}`));
    this.rows.push(...result.suppressions);
    this.told.push(...result.step.transitions.filter(({ incident: { id, seq } }) => !quiet.has(`${id}|${seq}`)));
  }
  get pages(): string[] {
    return this.told.map(({ incident, change }) => `${isGroup(incident) ? 'group' : incident.siteId} ${change}`);
  }
  group(): Incident {
    const [found] = [...this.incidents.values()].filter(isGroup);
    if (!found) throw new Error('There is no group.');
    return found;
  }
}

describe('sites hit by one cause', () => {
  test('are one page from the third on, which names them', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c', 'd']) world.opens(name, 'dns/redirect=1');
    expect(world.pages).toEqual(['a opened', 'b opened', 'group opened']);
    expect(world.group()).toMatchObject({ lines: ['a', 'b', 'c'], membersTold: 3, severity: 'critical' });
    expect(world.rows.map(({ incidentId, kind }) => `${incidentId} ${kind}`)).toContain('d grouped');
  });

  test('are told apart when more than two minutes lie between', () => {
    const world = new World();
    ['a', 'b', 'c'].forEach((name, index) => void world.opens(name, 'dns/redirect=1', T0 + index * 61_000));
    expect(world.pages).toEqual(['a opened', 'b opened', 'c opened']);
  });

  test('of any cause are one page from the fifth on', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.opens(name, `page/replaced=${name}`);
    expect(world.pages).toEqual(['a opened', 'b opened', 'c opened', 'd opened', 'group opened']);
  });

  test('never hide a second cause', () => {
    const world = new World();
    for (let index = 0; index < 50; index++) world.opens(`s${index}`, 'dns/redirect=1');
    world.opens('other', 'page/replaced=2');
    expect(world.pages.at(-1)).toBe('other opened');
  });

  test('never hide a second cause on one of the sites themselves', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.opens(name, 'dns/redirect=1');
    world.worsens('b', 'page/replaced=9', 'page/replaced');
    expect(world.pages.at(-1)).toBe('b worsened');
    // Nobody would be reminded of it below a group that knows nothing of it.
    expect(world.incidents.get('b')).toMatchObject({ parent: null, ladder: { from: T0 + 1, level: 0 } });
  });

  test('are one page again where the second cause hits many of them', () => {
    const world = new World();
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
    for (const name of names) world.opens(name, 'dns/redirect=1');
    const before = world.pages.length;
    for (const name of names) world.worsens(name, 'page/replaced=9', 'page/replaced');
    expect(world.pages.slice(before)).toEqual(['s0 worsened', 's1 worsened', 'group opened']);
  });

  test('are as grave as the gravest of them, whoever came last', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c', 'd']) world.opens(name, `page/replaced=${name}`);
    world.opens('e', 'page/drift=e', T0, CALM, 'warning');
    expect(world.group()).toMatchObject({ severity: 'critical', membersTold: 5 });
  });

  test('are told of again when a graver one comes, and are nobody’s then', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.opens(name, 'k=1', T0, CALM, 'warning');
    const taken = { ...world.group(), acknowledged: { by: 'Ada', at: T0, until: T0 + 3_600_000 } };
    world.incidents.set(taken.id, taken);
    world.opens('d', 'k=1', T0 + 1);
    expect(world.pages.at(-1)).toBe('group worsened');
    expect(world.group()).toMatchObject({ severity: 'critical', acknowledged: null, ladder: { from: T0 + 1 } });
    expect(world.group().lines[0]).toBe('d');
    world.opens('e', 'k=1', T0 + 2);
    expect(world.pages.at(-1)).toBe('group worsened');
    expect(world.pages).toHaveLength(4);
  });

  test('of any cause hide neither what is graver nor what nobody knew of', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.opens(name, `page/drift=${name}`, T0, CALM, 'warning');
    world.worsens('b', 'page/drift=b', 'page/title-replaced');
    expect(world.pages.at(-1)).toBe('b worsened');
    world.worsens('c', 'page/drift=c', 'page/script-added', T0 + 2, CALM, 'warning');
    expect(world.pages.at(-1)).toBe('c worsened');
    expect(world.incidents.get('c')?.parent).toBeNull();
  });

  test('are not counted while a silence or planned work keeps them back', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.keptBack.add(name);
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.opens(name, 'k=1');
    // `told` is before silences are applied: what matters is that no group speaks for them.
    expect(world.pages.filter((page) => page.startsWith('group'))).toEqual([]);
    world.opens('f', 'k=1');
    expect(world.group()).toMatchObject({ lines: ['d', 'e', 'f'] });
  });

  test('are over together when the last of them is', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.opens(name, 'dns/redirect=1');
    world.ends('a');
    world.ends('b');
    expect(world.group().status).toBe('open');
    world.ends('c');
    expect(world.pages.slice(-2)).toEqual(['c resolved', 'group resolved']);
  });

  test('make its record no longer, however many they are, but for what else is seen among them', () => {
    const world = new World();
    for (let index = 0; index < 3; index++) world.opens(`s${index}`, 'dns/redirect=1');
    const size = JSON.stringify(world.group()).length;
    for (let index = 3; index < 300; index++) world.opens(`s${index}`, 'dns/redirect=1');
    expect(JSON.stringify(world.group()).length).toBe(size);
    const children = [...world.incidents.values()].filter((one) => one.parent === world.group().id);
    expect(children).toHaveLength(300);
  });

  test('speak for themselves again when somebody closed what told of them', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.opens(name, 'dns/redirect=1');
    const [told] = orphaned(world.incidents.get('b') as Incident, T0 + 1).transitions;
    expect(told).toMatchObject({ change: 'opened', incident: { id: 'b', parent: null, ladder: { from: T0 + 1 } } });
  });

  test('are told of again when they have doubled, once a minute', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) world.opens(name, 'dns/redirect=1');
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(groupUpdate(world.group(), names, T0 + 59_999)).toBeNull();
    const [told] = groupUpdate(world.group(), names, T0 + 60_000)?.transitions ?? [];
    expect(told).toMatchObject({ change: 'worsened', because: 'now 6 sites, were 3' });
    expect(groupUpdate(told?.incident as Incident, names, T0 + 120_000)).toBeNull();
  });

  test('are nobody’s any more when they have doubled', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.opens(name, 'dns/redirect=1');
    const taken = { ...world.group(), acknowledged: { by: 'Ada', at: T0, until: T0 + 3_600_000 } };
    const [told] = groupUpdate(taken, ['a', 'b', 'c', 'd', 'e', 'f'], T0 + 60_000)?.transitions ?? [];
    expect(told?.incident).toMatchObject({ acknowledged: null, ladder: { from: T0 + 60_000, level: 0 } });
  });

  test('are told of again when most were well and it spreads anew', () => {
    const world = new World();
    const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
    for (const name of names) world.opens(name, 'dns/redirect=1');
    const [told] = groupUpdate(world.group(), names, T0 + 60_000)?.incidents ?? [];
    const [fewer] = groupUpdate(told as Incident, ['s0', 's1'], T0 + 70_000)?.incidents ?? [];
    expect(fewer).toMatchObject({ membersTold: 2, seq: told?.seq });
    const anew = groupUpdate(fewer as Incident, names.slice(0, 9), T0 + 120_000);
    expect(anew?.transitions[0]?.because).toBe('now 9 sites, were 2');
  });

  test('of any cause are told of once a minute as long as others come, the last first', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.opens(name, `page/replaced=${name}`);
    const [told] = groupUpdate(world.group(), ['f', 'a', 'b', 'c', 'd', 'e'], T0 + 60_000)?.transitions ?? [];
    expect(told?.incident.lines).toEqual(['f', 'a', 'b', 'c', 'd', 'e']);
    expect(groupUpdate(told?.incident as Incident, ['f', 'a', 'b', 'c', 'd', 'e'], T0 + 180_000)).toBeNull();
  });

  test('are told of with ten names and their number', () => {
    const world = new World();
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    for (const name of names) world.opens(name, 'dns/redirect=1');
    const [told] = groupUpdate(world.group(), names, T0 + 60_000)?.transitions ?? [];
    expect(told?.incident.lines).toHaveLength(11);
    expect(told?.incident.lines.at(-1)).toBe('and 190 more, 200 in all');
  });

  test('whatever comes, each incident is told by itself or has a record of who tells it', () => {
    const severity = fc.constantFrom<Severity>('critical', 'warning');
    const opening = fc.record({ site: fc.nat(30), key: fc.nat(4), afterMs: fc.nat(90_000), severity });
    fc.assert(
      fc.property(fc.array(opening, { maxLength: 60 }), (openings) => {
        const world = new World();
        let at = T0;
        for (const { site, key, afterMs, severity: how } of openings) {
          at += afterMs;
          if (!world.incidents.has(`s${site}`)) world.opens(`s${site}`, `k=${key}`, at, CALM, how);
        }
        const groups = [...world.incidents.values()].filter(isGroup);
        for (const one of [...world.incidents.values()].filter((incident) => !isGroup(incident))) {
          const isTold = world.told.some(({ incident }) => incident.id === one.id);
          const isSpokenFor = groups.some(({ id }) => one.parent === id);
          const parent = groups.find(({ id }) => one.parent === id);
          if (one.severity === 'critical' && parent) expect(parent.severity).toBe('critical');
          expect(isTold || (isSpokenFor && world.rows.some(({ incidentId }) => incidentId === one.id))).toBe(true);
        }
        expect(new Set(groups.map(({ siteId, cause }) => `${siteId} ${cause}`)).size).toBe(groups.length);
      }),
    );
  });
});

describe('the cap', () => {
  const full: Load = { pages: PAGES_CAP, newestAt: T0 };

  test('rolls up what shares a cause with what is open', () => {
    const world = new World();
    world.opens('a', 'k=1');
    world.opens('b', 'k=1', T0 + 500_000, full);
    expect(world.pages).toEqual(['a opened', 'group opened']);
    expect(CAP_WINDOW_MS).toBe(600_000);
  });

  test('lets a graver member raise its group, and others no more', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.opens(name, 'k=1', T0, CALM, 'warning');
    world.worsens('a', 'k=1', 'page/title-replaced', T0 + 1, full);
    expect(world.pages.at(-1)).toBe('group worsened');
    expect(world.group().severity).toBe('critical');
    world.worsens('b', 'k=1', 'page/title-replaced', T0 + 2, full);
    expect(world.pages).toHaveLength(4);
    expect(world.rows.at(-1)).toMatchObject({ incidentId: 'b', kind: 'grouped' });
  });

  test('lets a new cause through, one a minute', () => {
    const world = new World();
    world.opens('a', 'k=1');
    world.opens('b', 'k=2', T0 + 60_000, full);
    world.opens('c', 'k=3', T0 + 70_000, { ...full, newestAt: T0 + 60_000 });
    expect(world.pages).toEqual(['a opened', 'b opened', 'group opened']);
  });
});

describe('the key of a cause', () => {
  test('is what was seen, and for a lie of a resolver also whose it was', () => {
    const lie = aFinding({ code: 'dns/redirect', actual: '203.0.113.9', where: 'resolver isp (udp), A' });
    const [answer, resolver] = causeKeys(aVerdict({ findings: [lie] }));
    expect(answer).toMatch(/^dns\/redirect=[0-9a-f]{16}$/);
    expect(resolver).toBe('resolver=resolver isp (udp)');
    const elsewhere = causeKeys(aVerdict({ findings: [{ ...lie, actual: '203.0.113.10' }] }));
    expect(elsewhere[0]).not.toBe(answer);
    expect(elsewhere[1]).toBe(resolver);
  });

  test('names each resolver that lies once, whatever was asked of it', () => {
    const where = 'resolver isp (udp, AS64501), A; resolver isp (udp, AS64501), AAAA; resolver cafe (udp), A';
    const other = aFinding({ code: 'dns/authority-changed', where: 'score 85: asked about' });
    const [, ...resolvers] = causeKeys(aVerdict({ findings: [aFinding({ code: 'dns/redirect', where }), other] }));
    expect(resolvers).toEqual(['resolver=resolver isp (udp, AS64501)', 'resolver=resolver cafe (udp)']);
  });

  test('of an outage is how it failed, of nothing grave nothing', () => {
    expect(causeKeys(unreachableVerdict())).toEqual(['down=connect-refused']);
    expect(causeKeys(aVerdict({ findings: [aFinding({ severity: 'notice' })] }))).toEqual([]);
  });
});
