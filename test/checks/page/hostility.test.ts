import { describe, expect, it } from 'vitest';
import { page } from '../../../src/checks/page/index.js';
import { findingsOf, GENUINE, lookAt, reading, worstOf } from './looks.js';

const ABOUT =
  'The Global Summit brings together researchers, engineers and citizens from more than ninety countries to discuss clean water.';
const SESSIONS = 'Sessions are streamed in six languages and recordings are published within a day of each panel.';
const WORKSHOPS =
  'Registration for the workshops closes on Friday evening, and seats in the main hall are already taken.';

const instead = (...texts: readonly [string, string][]): string =>
  texts.reduce((html, [before, after]) => html.replace(before, after), GENUINE);
const codesOf = (html: string): string[] =>
  findingsOf({ html }).flatMap(({ code, severity }) => (severity === 'notice' ? [] : [code]));

describe('one paragraph of a living page exchanged for another of the same length', () => {
  it.each([
    [
      'English',
      'The organisers are murderers and thieves who sold this country; we will avenge every martyr and burn their palace.',
    ],
    [
      'English without an insult',
      'Cheap betting tips every evening: spin our casino wheel, collect the jackpot and double the bonus before midnight tonight.',
    ],
    [
      'Spanish',
      'Los organizadores son asesinos y ladrones que vendieron el país; los traidores pagarán cada gota de sangre derramada.',
    ],
    [
      'Turkish',
      'Bu zirveyi düzenleyen hainler halkın kanını sattı; katiller hesap verecek, her işbirlikçi bedelini ödeyecek, affetmeyeceğiz.',
    ],
    [
      'Indonesian',
      'Panitia acara ini pengkhianat dan pencuri; rezim pembunuh akan kami balas, darah para korban tidak akan dilupakan.',
    ],
    [
      'Russian',
      'Организаторы этой встречи – предатели и воры; за кровь невинных жертв ответит каждый палач и каждый пособник режима.',
    ],
    [
      'Persian',
      'برگزارکنندگان این همایش خائن و دزد هستند؛ انتقام خون بیگناهان را از قاتلان و مزدوران خواهیم گرفت و فراموش نمی‌کنیم.',
    ],
    [
      'Arabic',
      'منظمو هذه القمة خونة ولصوص باعوا البلاد؛ سننتقم من القتلة ومن كل مجرم سفك دماء الأبرياء ولن ننسى أحدا.',
    ],
    ['Chinese', '这次峰会的主办方是叛徒和骗子，他们出卖国家，双手沾满无辜者的鲜血，凶手必须血债血偿。'],
  ])('is told: %s', (_name, text) => {
    const codes = codesOf(instead([SESSIONS, text]));
    expect(codes).toContain('page/hostile-words');
  });

  it('is told by one such word in a passage strange to the site, and not in one about the same matters', () => {
    const strange =
      'Those villas beside the lagoon belong to a mafia whose yachts, vineyards and helicopters nobody ever taxed.';
    const own =
      'Sessions on what a mafia does to clean water are streamed in six languages; researchers publish recordings of each panel.';
    expect(codesOf(instead([SESSIONS, strange]))).toContain('page/hostile-words');
    expect(codesOf(instead([SESSIONS, own]))).toEqual([]);
  });

  it('is told by its strangeness alone when a good part of the text went', () => {
    const text =
      'Marbled kittens purr beneath velvet cushions while grandmother knits woollen mittens beside crackling fireplaces, humming forgotten lullabies.';
    expect(codesOf(instead([ABOUT, text]))).toEqual(['page/text-changed']);
  });

  it('is told where it is a small part of the text, when hardly a word of it is the site’s', () => {
    const more = Array.from(
      { length: 8 },
      (_, at) =>
        `<p>Panel ${at} about clean water is streamed in the main hall for citizens and researchers of many countries, in languages of their own.</p>`,
    );
    const long = GENUINE.replace('</section>', `${more.join('')}</section>`);
    const told = (text: string) =>
      reading(lookAt({ html: long.replace(SESSIONS, text) }), page.combine([lookAt({ html: long })]))
        .findings.filter(({ severity }) => severity !== 'notice')
        .map(({ code }) => code);
    expect(
      told('Marbled kittens purr beneath velvet cushions while grandmother knits woollen mittens and hums.'),
    ).toEqual(['page/text-changed']);
    expect(
      told('Marbled kittens purr beneath velvet cushions while citizens and researchers follow the sessions.'),
    ).toEqual([]);
  });

  it('is an edit when it is about the same things', () => {
    const text =
      'Researchers and citizens from ninety countries discuss clean water at the summit, and every panel is streamed in six languages within a day.';
    expect(codesOf(instead([ABOUT, text]))).toEqual([]);
  });

  it('is critical when it was all of the text, and hostile', () => {
    const html = instead(
      [
        ABOUT,
        'The organisers are murderers and thieves who sold this country to foreign bankers for a few pieces of silver.',
      ],
      [SESSIONS, 'We will avenge every martyr, and each traitor who shook their filthy hands will pay with his blood.'],
      [
        WORKSHOPS,
        'Rise up on Friday, citizens, and burn what the corrupt regime has built upon the graves of our dead.',
      ],
    );
    expect(findingsOf({ html })[0]).toMatchObject({ severity: 'critical', diagnosis: 'defaced' });
  });

  it('is a change to be approved, not a defacement, when it was all of the text, and friendly', () => {
    const html = instead(
      [
        ABOUT,
        'Next year the festival of gardens invites families, bakers and musicians to a long weekend of picnics in the park.',
      ],
      [
        SESSIONS,
        'Lanterns light the avenue after sunset, and a small orchestra plays waltzes beneath the chestnut trees.',
      ],
      [
        WORKSHOPS,
        'Bring blankets, sturdy shoes and an appetite; baskets with bread, cheese and cherries are sold at the gate.',
      ],
    );
    expect(worstOf(findingsOf({ html }))).toBe('warning');
    expect(findingsOf({ html })[0]).toMatchObject({ diagnosis: 'changed' });
  });
});

describe('hostile words', () => {
  it.each([
    ['a headline', GENUINE.replace('Live from the opening hall', 'Death to the liars and traitors')],
    ['a headline in Persian', GENUINE.replace('Live from the opening hall', 'مرگ بر خائنان دروغگو')],
    [
      'one word in a sentence left as it was',
      GENUINE.replace('researchers, engineers and citizens', 'researchers, traitors and citizens'),
    ],
    [
      'an item among the news',
      GENUINE.replace('How to follow the summit from home', 'Corrupt puppets of the regime murder our brothers'),
    ],
  ])('are told in %s', (_name, html) => {
    expect(codesOf(html)).toContain('page/hostile-words');
  });

  it('are found in a list that was learned to rotate', () => {
    const list = (item: string): string => GENUINE.replace('How to follow the summit from home', item);
    const samples = ['A walk along the river', 'Bread and soup at the harbour', 'Music in the evening'];
    const [first, ...others] = samples.map((sample) => lookAt({ html: list(sample) }));
    if (!first) throw new Error('no sample');
    const accepted = page.combine([first, ...others]);
    expect(worstOf(reading(lookAt({ html: list('A film about bridges') }), accepted).findings)).not.toBe('warning');
    const attack = lookAt({ html: list('Murderers and traitors, your blood will be spilled') });
    expect(reading(attack, accepted).findings.map(({ code }) => code)).toContain('page/hostile-words');
  });

  it.each([
    ['one report of a crime', 'Exhibition on the war and its victims opens'],
    ['a talk on security', 'How a hacker thinks: a talk for beginners'],
    ['a play', 'Puppet theatre for children at four'],
    ['a street named after somebody', 'آدرس: خیابان شهید رجایی، پلاک ۱۲'],
    ['a Turkish notice', 'Deniz kıyısında yürüyüş ve çay: herkes davetlidir'],
  ])('are not told in %s', (_name, item) => {
    expect(codesOf(GENUINE.replace('How to follow the summit from home', item))).toEqual([]);
  });

  it('are not told on a page that is about such things', () => {
    const html = (item: string): string =>
      GENUINE.replace(
        WORKSHOPS,
        'The tribunal heard how soldiers killed and murdered civilians in the war; a massacre in which victims died.',
      ).replace('How to follow the summit from home', item);
    const findings = reading(
      lookAt({ html: html('Tribunal: regime ordered bombs, witness says') }),
      lookAt({ html: html('Hearing goes on') }),
    ).findings;
    expect(findings.map(({ code }) => code)).not.toContain('page/hostile-words');
  });
});

describe('letters of two scripts in one word', () => {
  it('are told where there were none', () => {
    expect(codesOf(GENUINE.replace('Registration for', 'Rеgistrаtion for'))).toContain('page/letters-forged');
  });

  it.each(['SMSка и PRщик', 'IT-отдел', 'iPhone’ом', '3D-модель', 'μm and Δt', 'Ελλάδα and Greece'])(
    'are not told in ordinary writing: %s',
    (text) => {
      expect(codesOf(GENUINE.replace('How to follow the summit from home', text))).not.toContain('page/letters-forged');
    },
  );
});
