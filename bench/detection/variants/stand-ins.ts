/** What networks, authorities and domain dealers serve instead of a page, in three versions. */
import type { CorpusPage, Wording } from '../corpus/page.js';

export const document = (title: string, body: string, style = 'background:#000;color:#0f0;text-align:center'): string =>
  `<!doctype html><html><head><meta charset="utf-8"><title>${title}</title></head><body style="${style}">${body}</body></html>`;

type StandIns = Readonly<Record<Wording, (page: CorpusPage) => string>>;

export function standIn(versions: StandIns, page: CorpusPage): string {
  return versions[page.wording](page);
}

export const BLOCKED: Readonly<Record<'en' | 'fa' | 'ru', StandIns>> = {
  en: {
    first: () =>
      document(
        'Access denied',
        '<h1>This website has been blocked</h1><p>Access to this site was restricted by order of the authority.</p>',
      ),
    second: () =>
      document(
        'Notice',
        '<h1>Restricted content</h1><p>The page you asked for is not available in your network under a decision of the regulator. Case 4471/B.</p>',
      ),
    third: () =>
      document(
        'Site unavailable',
        '<h1>Blocked by your administrator</h1><p>This address has been filtered in accordance with the policy of your network. Reference 90-812.</p>',
      ),
  },
  fa: {
    first: () => document('پیوندها', '<p>دسترسی به این تارنمای درخواست‌شده امکان‌پذیر نمی‌باشد.</p>'),
    second: () =>
      document(
        'M7-14',
        '<iframe src="http://10.10.34.35:80" width="100%" height="900"></iframe><p>مشترک گرامی، این نشانی بر پایه فهرست مراجع قانونی در دسترس نیست.</p>',
      ),
    third: () => document('صفحه مسدود', '<h1>این وبگاه مسدود است</h1><p>به دستور مراجع ذی‌صلاح بسته شده است.</p>'),
  },
  ru: {
    first: () =>
      document(
        'Доступ ограничен',
        '<h1>Доступ к информационному ресурсу ограничен</h1><p>на основании решения суда.</p>',
      ),
    second: () =>
      document(
        'Внимание',
        '<p>Уважаемый абонент! Запрошенный адрес включён в реестр и не может быть открыт у вашего оператора связи.</p>',
      ),
    third: () =>
      document('Ресурс недоступен', '<h1>Страница закрыта</h1><p>По решению органов власти, дело № 02-118/44.</p>'),
  },
};

export const PARKED: StandIns = {
  first: ({ host }) =>
    document(
      host,
      `<h1>${host}</h1><p>This domain is for sale. Buy this domain today.</p><ul><li><a href="https://search.parkdeal.example/?q=hotels">Hotels</a></li><li><a href="https://search.parkdeal.example/?q=loans">Loans</a></li></ul>`,
    ),
  second: ({ host }) =>
    document(
      host,
      `<h1>${host}</h1><p>Interested in owning this name? Our brokers can help you acquire it.</p><p>Related searches</p><a href="https://go.namebroker.example/s?k=1">Cheap flights</a> <a href="https://go.namebroker.example/s?k=2">Insurance quotes</a>`,
    ),
  third: ({ host }) =>
    document(
      host,
      `<h1>${host}</h1><p>The owner of this name let it lapse. Make an offer from 2,400 € and it is yours tomorrow.</p><a href="https://offers.nameauction.example/bid?n=1">Bid</a> <a href="https://offers.nameauction.example/list">Similar names</a>`,
    ),
};
