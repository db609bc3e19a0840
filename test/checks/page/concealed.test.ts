/** Links that a style rule hides: the markup shows nothing of it, the browser does. */
import { describe, expect, it } from 'vitest';
import { pageEvidence } from '../../../src/checks/page/evidence.js';
import { GENUINE, lookAt, reading, settingsFor, URL_OF_SITE } from './looks.js';

const links = (...hosts: readonly string[]) => hosts.map((host) => `https://${host}/`);
const linkingTo = (...urls: readonly string[]) =>
  GENUINE.replace('</body>', `<div class="x">${urls.map((url) => `<a href="${url}">here</a>`).join('')}</div></body>`);
const told = (html: string, hiding: readonly (readonly string[])[], before = GENUINE) => {
  const concealed = hiding.map((place, index) => ({ where: `#place${index}`, links: place }));
  const actual = lookAt({ html, view: { concealed } });
  expect(pageEvidence.safeParse(actual).success).toBe(true);
  const { findings } = reading(actual, lookAt({ html: before }), settingsFor('living'));
  return findings.map(({ code, severity }) => `${severity} ${code}`);
};

const SPAM = links('pills.example', 'casino.example', 'loans.example');
const [PILLS = ''] = SPAM;

describe('links to new sites', () => {
  it.each([
    ['that anybody sees', linkingTo(PILLS), [], 'warning page/links-added'],
    ['hidden, one of them', linkingTo(PILLS), [[PILLS]], 'warning page/links-injected'],
    ['hidden, several', linkingTo(...SPAM), [SPAM], 'critical page/links-injected'],
    ['hidden one by one', linkingTo(...SPAM), SPAM.map((url) => [url]), 'critical page/links-injected'],
    ['in a menu the page had', linkingTo(...SPAM), [[...SPAM, `${URL_OF_SITE}speakers`]], 'warning page/links-added'],
  ])('%s', (_, html, hiding, expected) => {
    const codes = told(html, hiding);
    expect(codes).toContain(expected);
    // The answer of the server is told as well, and shows nothing of what is hidden.
    expect(codes.some((code) => code.endsWith('links-injected'))).toBe(expected.endsWith('links-injected'));
  });
});

it('what was approved may be hidden, and what only now is hidden is no new link', () => {
  const html = linkingTo(...SPAM);
  expect(told(html, [SPAM], html)).toEqual([]);
});
