import { describe, expect, it } from 'vitest';
import { findingsOf, GENUINE, worstOf } from './looks.js';

const atFoot = (line: string): string => GENUINE.replace('</footer>', `<p style="font-size:8px">${line}</p></footer>`);
const asNews = (line: string): string =>
  GENUINE.replace('<ul>\n<li><a href="/news/1">', `<ul><li><a href="/news/9">${line}</a></li>\n<li><a href="/news/1">`);

describe('a signature in small letters at the foot of a living page', () => {
  it.each([
    ['English', 'Hacked by Crimson Jackal'],
    ['English, the doer first', 'Crimson Jackal was here!!'],
    ['English, of the site', 'This website has been defaced'],
    ['English, a boast', 'Your security is a joke, admin'],
    ['English, the machine', 'Server rooted – no system is safe'],
    ['leetspeak', 'H4ck3D by Cr1ms0n J4ck4l'],
    ['joined', 'HackedBy:CrimsonJackal'],
    ['underscores', '~[ Hacked_By_Crimson ]~'],
    ['spaced letters', 'H A C K E D  B Y  C R I M S O N'],
    ['dotted letters', 'H.a.c.k.e.d b.y Crimson'],
    ['stretched letters', 'haaaacked byyyy crimson'],
    ['zero-width marks', 'Ha\u200bck\u200ced b\u2060y Crimson'],
    ['full-width letters', 'Ｈａｃｋｅｄ　ｂｙ　Crimson'],
    ['mathematical letters', '𝓗𝓪𝓬𝓴𝓮𝓭 𝓫𝔂 𝓒𝓻𝓲𝓶𝓼𝓸𝓷'],
    ['circled letters', 'ⓗⓐⓒⓚⓔⓓ ⓑⓨ crimson'],
    ['small capitals', 'ʜᴀᴄᴋᴇᴅ ʙʏ ᴄʀɪᴍsᴏɴ'],
    ['Cyrillic look-alikes', 'Наскеd bу Crimson'],
    ['accents', 'Hàçkéd bý Crimson'],
    ['Spanish', 'Hackeado por Chacal Rojo'],
    ['Portuguese', 'Site invadido por Chacal Vermelho'],
    ['French', 'Piraté par Chacal Rouge'],
    ['German', 'Gehackt von Roter Schakal'],
    ['Italian', 'Violato da Sciacallo Rosso'],
    ['Turkish', 'Kızıl Çakal tarafından hacklendi'],
    ['Turkish, the doer first', 'Kızıl Çakal buradaydı'],
    ['Indonesian', 'Diretas oleh Serigala Merah'],
    ['Indonesian, the doer first', 'Serigala Merah pernah di sini'],
    ['Persian', 'هک شد توسط شغال سرخ'],
    ['Persian, with joiners in it', 'ه\u200cک ش\u200cد ت\u200cوسط شغال سرخ'],
    ['Persian, the doer first', 'شغال سرخ اینجا بود'],
    ['Arabic', 'تم اختراق الموقع من طرف ابن آوى الأحمر'],
    ['Arabic, the doer first', 'ابن آوى الأحمر مر من هنا'],
    ['Russian', 'Взломано: Красный Шакал'],
    ['Russian, the doer first', 'Красный Шакал был здесь'],
    ['Ukrainian', 'Сайт зламано'],
    ['Chinese', '本站已被红豺攻陷'],
    ['Chinese, the doer first', '红豺到此一游'],
    ['Japanese', 'このサイトはハッキングされました'],
    ['Korean', '해킹 완료'],
  ])('is critical: %s', (_name, line) => {
    expect(worstOf(findingsOf({ html: atFoot(line) }))).toBe('critical');
  });
});

describe('words that honest pages write too', () => {
  it.each([
    'Ministry website hacked by unknown group, investigation opened',
    'Museum says ticket server was hacked in March',
    'Owned by the City of Northport since 1920',
    'The cyber security team presents its report',
    'Our founder was here when the first bridge was opened, and tells the children how it was built',
    'Hackathon: build an app for clean water in a weekend',
    'Wie ich von der Arbeit gehackt wurde: ein Vortrag',
    'Sitio del ministerio hackeado por desconocidos, dice la prensa',
    'Сайт министерства взломан неизвестными, сообщили в ведомстве',
    'وب‌سایت وزارت نیرو توسط گروهی ناشناس هک شد',
    'اختراق حسابات مصرف الواحة من قبل مجهولين',
    '某银行服务器遭黑客攻击，警方介入调查',
    'Bakanlık sunucularına saldırı soruşturuluyor',
    'Situs kementerian diserang, polisi menyelidiki',
  ])('are no more than a notice in a list of news: %s', (line) => {
    expect(worstOf(findingsOf({ html: asNews(line) }))).not.toBe('critical');
  });
});
