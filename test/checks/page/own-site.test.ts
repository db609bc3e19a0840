import { describe, expect, it } from 'vitest';
import { findingsOf, GENUINE, lookAt, reading } from './looks.js';

const inject = (html: string): string => GENUINE.replace('</body>', `${html}</body>`);
const login = (action: string, style = ''): string =>
  `<form action="${action}" method="post" style="${style}"><input name="user"><input type="password" name="pass"><button>Sign in</button></form>`;
const told = (before: string, after: string) =>
  reading(lookAt({ html: after }), lookAt({ html: before })).findings.filter(({ severity }) => severity !== 'notice');

describe('a password', () => {
  it('asked for where none was is critical, on the site’s own host too', () => {
    expect(findingsOf({ html: inject(login('/uploads/.x/login.php')) })[0]).toMatchObject({
      code: 'page/password-asked',
      severity: 'critical',
      diagnosis: 'injected',
    });
  });

  it('asked for outside any form is critical', () => {
    const { code, severity } = findingsOf({ html: inject('<input type="PASSWORD">') })[0] ?? {};
    expect([code, severity]).toEqual(['page/password-asked', 'critical']);
  });

  it('sent to another path than the approved one is critical', () => {
    const [worst] = told(inject(login('/account/login')), inject(login('/uploads/login.php')));
    expect(worst).toMatchObject({ code: 'page/password-asked', expected: 'https://live.summit.example/account/login' });
  });

  it('asked for as ever is nothing, whether its form is open or closed', () => {
    expect(told(inject(login('/login', 'display:none')), inject(login('/login')))).toEqual([]);
  });
});

describe('a link to a program', () => {
  const release = (path: string): string => inject(`<a href="${path}">Download</a>`);

  it.each(['/uploads/setup.exe', '/uploads/app.apk?x=1', 'https://partner.example/files/tools.ZIP'])(
    'is told: %s',
    (path) => {
      expect(told(release('/download'), release(path)).map(({ code }) => code)).toContain('page/program-linked');
    },
  );

  it('is not told where it is a new release beside the old one', () => {
    expect(told(release('/releases/v1.2/app-1.2.zip'), release('/releases/v1.3/app-1.3.zip'))).toEqual([]);
  });
});

describe('a favicon', () => {
  it('exchanged within the site is told', () => {
    const [worst] = findingsOf({ html: GENUINE.replace('/favicon.ico', '/uploads/skull.ico') });
    expect(worst).toMatchObject({ code: 'page/resource-changed', severity: 'warning' });
  });

  it('added beside the others is not', () => {
    const html = GENUINE.replace('<title>', '<link rel="apple-touch-icon" href="/touch.png"><title>');
    expect(told(GENUINE, html)).toEqual([]);
  });
});
