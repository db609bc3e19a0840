/**
 * What attackers write, in the language of the page, in three versions: words met while tuning are not met again when
 * it counts. Names of groups and people are invented.
 */
import type { Language, Wording } from '../corpus/page.js';
import { THIRD } from './third-text.js';

export interface HostileText {
  readonly title: string;
  /** A signed defacement. */
  readonly defacement: string;
  /** A replacement without any of the usual words. */
  readonly unsigned: readonly string[];
  /** One line for banners and overlays. */
  readonly slogan: string;
  /** Sentences to fill paragraphs with. */
  readonly propaganda: readonly string[];
  readonly words: readonly string[];
}

type Read = Readonly<Record<Exclude<Wording, 'third'>, HostileText>>;

export function hostileText(language: Language, wording: Wording): HostileText {
  if (wording === 'third') return THIRD[language] ?? THIRD.en;
  return (TEXTS[language] ?? TEXTS.en)[wording];
}

export const HOSTILE_LANGUAGES = ['en', 'fa', 'ar', 'zh', 'ru', 'tr', 'id'] as const;

const en: Read = {
  first: {
    title: 'Hacked by Grey Falcon Crew',
    defacement: 'This site was hacked by Grey Falcon Crew. Your security is a joke. Greetz to all our brothers.',
    unsigned: [
      'The traitors of the council sold our country to foreign bankers.',
      'Every citizen must rise up on Friday and burn what they have built.',
      'There will be no forgiveness and no peace until they are gone.',
    ],
    slogan: 'Hacked by Grey Falcon Crew – death to the liars',
    propaganda: [
      'The regime murders its own people and the organisers of this event take its blood money.',
      'Do not believe a word of what these corrupt puppets tell you about the war.',
      'Our martyrs will be avenged and every collaborator will pay with his life.',
      'They lied to you for years while your sons died at the front for nothing.',
    ],
    words: ['murderers', 'traitors', 'fraud'],
  },
  second: {
    title: 'Owned by Silent Viper Team',
    defacement:
      'Silent Viper Team was here. Server rooted, database dumped, admin go back to school. We do not forget.',
    unsigned: [
      'Your government hides the graves of thousands of innocent people.',
      'We call on all soldiers to lay down their arms and march on the palace.',
      'The day of judgement for the thieves in power has come.',
    ],
    slogan: 'Pwned – Silent Viper Team – remember the fallen',
    propaganda: [
      'This conference is paid for by war criminals who bombed hospitals and schools.',
      'Boycott the occupiers and everyone who shakes their filthy hands.',
      'The so-called president stole the election and has hidden billions abroad.',
      'Soon the cities of our enemies will burn and nobody will weep for them.',
    ],
    words: ['criminals', 'lies', 'boycott'],
  },
};

const fa: Read = {
  first: {
    title: 'هک شده توسط گروه عقاب خاکستری',
    defacement: 'این سایت توسط گروه عقاب خاکستری هک شد. امنیت شما صفر است.',
    unsigned: [
      'خائنان کشور را به بیگانگان فروختند.',
      'مردم باید جمعه به خیابان بیایند و حق خود را بگیرند.',
      'نه می‌بخشیم و نه فراموش می‌کنیم.',
    ],
    slogan: 'مرگ بر دروغگویان – گروه عقاب خاکستری',
    propaganda: [
      'حکومت مردم خود را می‌کشد و برگزارکنندگان این برنامه پول خون می‌گیرند.',
      'حرف این مزدوران فاسد را درباره جنگ باور نکنید.',
      'انتقام خون شهیدان را از همه همدستان خواهیم گرفت.',
    ],
    words: ['قاتلان', 'خائنان', 'دروغ'],
  },
  second: {
    title: 'تیم افعی خاموش اینجا بود',
    defacement: 'به دست تیم افعی خاموش نفوذ شد. سرور در اختیار ماست و همه اطلاعات شما برداشته شد.',
    unsigned: [
      'دولت گور هزاران بی‌گناه را پنهان کرده است.',
      'سربازان سلاح خود را زمین بگذارند و به سوی کاخ بروند.',
      'روز حساب دزدان فرا رسیده است.',
    ],
    slogan: 'به یاد جان‌باختگان – تیم افعی خاموش',
    propaganda: [
      'هزینه این همایش را جنایتکارانی داده‌اند که بیمارستان‌ها را بمباران کردند.',
      'اشغالگران و هر که دستشان را می‌فشارد تحریم کنید.',
      'رئیس‌جمهور تقلبی میلیاردها را در خارج پنهان کرده است.',
    ],
    words: ['جنایتکاران', 'تقلب', 'تحریم'],
  },
};

const ar: Read = {
  first: {
    title: 'تم الاختراق من قبل فريق الصقر الرمادي',
    defacement: 'تم اختراق الموقع بواسطة فريق الصقر الرمادي. الحماية عندكم صفر.',
    unsigned: ['باع الخونة بلادنا للغرباء.', 'على كل مواطن أن يخرج يوم الجمعة ليسترد حقه.', 'لن نغفر ولن ننسى.'],
    slogan: 'الموت للكاذبين – فريق الصقر الرمادي',
    propaganda: [
      'النظام يقتل شعبه ومنظمو هذا الحدث يقبضون ثمن الدم.',
      'لا تصدقوا كلمة مما يقوله هؤلاء العملاء الفاسدون عن الحرب.',
      'سننتقم لشهدائنا وسيدفع كل متعاون حياته ثمنا.',
    ],
    words: ['القتلة', 'الخونة', 'أكاذيب'],
  },
  second: {
    title: 'مر من هنا فريق الأفعى الصامتة',
    defacement: 'تمت السيطرة على الخادم من طرف فريق الأفعى الصامتة وسحبت قاعدة البيانات.',
    unsigned: [
      'الحكومة تخفي قبور آلاف الأبرياء.',
      'ندعو الجنود إلى إلقاء السلاح والزحف إلى القصر.',
      'جاء يوم حساب اللصوص.',
    ],
    slogan: 'لن ننسى الضحايا – فريق الأفعى الصامتة',
    propaganda: [
      'يمول هذا المؤتمر مجرمو حرب قصفوا المستشفيات والمدارس.',
      'قاطعوا المحتلين وكل من يصافح أيديهم القذرة.',
      'الرئيس المزعوم سرق الانتخابات وأخفى المليارات في الخارج.',
    ],
    words: ['المجرمون', 'تزوير', 'قاطعوا'],
  },
};

const zh: Read = {
  first: {
    title: '本站已被灰鹰小组入侵',
    defacement: '本网站已被灰鹰小组入侵，你们的安全形同虚设。',
    unsigned: ['叛徒把国家出卖给了外国银行家。', '所有公民必须在周五走上街头。', '我们绝不原谅，也绝不忘记。'],
    slogan: '灰鹰小组到此一游——骗子去死',
    propaganda: [
      '政权屠杀自己的人民，主办方收受血腥的金钱。',
      '不要相信这些腐败走狗关于战争的任何一句话。',
      '烈士的血债必须血偿，所有帮凶都要付出生命的代价。',
    ],
    words: ['凶手', '叛徒', '谎言'],
  },
  second: {
    title: '静蛇战队拿下此服务器',
    defacement: '静蛇战队到此一游，服务器权限已拿下，数据库已导出，管理员请回去上学。',
    unsigned: ['政府掩盖了成千上万无辜者的坟墓。', '我们呼吁所有士兵放下武器，向宫殿进军。', '清算窃国者的日子到了。'],
    slogan: '铭记死难者——静蛇战队',
    propaganda: [
      '这次会议由轰炸医院和学校的战犯出资。',
      '抵制占领者，抵制每一个与他们握手的人。',
      '所谓的总统窃取了选举，把数十亿藏在国外。',
    ],
    words: ['战犯', '造假', '抵制'],
  },
};

const ru: Read = {
  first: {
    title: 'Сайт взломан группой Серый Сокол',
    defacement: 'Этот сайт взломан группой Серый Сокол. Ваша защита ничего не стоит.',
    unsigned: [
      'Предатели продали нашу страну чужим банкирам.',
      'Каждый гражданин должен выйти на площадь в пятницу.',
      'Не простим и не забудем.',
    ],
    slogan: 'Смерть лжецам – Серый Сокол',
    propaganda: [
      'Режим убивает свой народ, а организаторы берут за это кровавые деньги.',
      'Не верьте ни слову этих продажных марионеток о войне.',
      'За наших мучеников отомстят, и каждый пособник заплатит жизнью.',
    ],
    words: ['убийцы', 'предатели', 'ложь'],
  },
  second: {
    title: 'Здесь была команда Тихая Гадюка',
    defacement: 'Тихая Гадюка получила доступ к серверу, база данных скачана, админ – учи матчасть.',
    unsigned: [
      'Правительство прячет могилы тысяч невинных людей.',
      'Призываем солдат сложить оружие и идти к дворцу.',
      'День расплаты для воров настал.',
    ],
    slogan: 'Помните павших – Тихая Гадюка',
    propaganda: [
      'Эту встречу оплатили военные преступники, бомбившие больницы и школы.',
      'Бойкот оккупантам и всем, кто жмёт их грязные руки.',
      'Так называемый президент украл выборы и спрятал миллиарды за границей.',
    ],
    words: ['преступники', 'обман', 'бойкот'],
  },
};

const tr: Read = {
  first: {
    title: 'Gri Şahin tarafından hacklendi',
    defacement: 'Bu site Gri Şahin ekibi tarafından hacklendi. Güvenliğiniz sıfır.',
    unsigned: [
      'Hainler ülkemizi yabancı bankerlere sattı.',
      'Her yurttaş cuma günü meydana inmeli.',
      'Affetmeyeceğiz, unutmayacağız.',
    ],
    slogan: 'Yalancılara ölüm – Gri Şahin',
    propaganda: [
      'Rejim kendi halkını öldürüyor, düzenleyenler kan parası alıyor.',
      'Bu satılmış kuklaların savaş hakkındaki tek sözüne inanmayın.',
      'Şehitlerimizin intikamı alınacak, her işbirlikçi canıyla ödeyecek.',
    ],
    words: ['katiller', 'hainler', 'yalan'],
  },
  second: {
    title: 'Sessiz Engerek buradaydı',
    defacement: 'Sunucu Sessiz Engerek tarafından ele geçirildi, veritabanı indirildi, yönetici okula dönsün.',
    unsigned: [
      'Hükümet binlerce masumun mezarını saklıyor.',
      'Askerleri silah bırakıp saraya yürümeye çağırıyoruz.',
      'Hırsızların hesap günü geldi.',
    ],
    slogan: 'Düşenleri unutma – Sessiz Engerek',
    propaganda: [
      'Bu toplantının parasını hastaneleri bombalayan savaş suçluları ödedi.',
      'İşgalcileri ve kirli ellerini sıkan herkesi boykot edin.',
      'Sözde başkan seçimi çaldı ve milyarları yurtdışına kaçırdı.',
    ],
    words: ['suçlular', 'sahtekârlık', 'boykot'],
  },
};

const id: Read = {
  first: {
    title: 'Diretas oleh Elang Kelabu',
    defacement: 'Situs ini telah diretas oleh Elang Kelabu. Keamanan kalian nol.',
    unsigned: [
      'Para pengkhianat menjual negeri kita kepada bankir asing.',
      'Setiap warga harus turun ke jalan hari Jumat.',
      'Kami tidak memaafkan dan tidak lupa.',
    ],
    slogan: 'Matilah para pembohong – Elang Kelabu',
    propaganda: [
      'Rezim membunuh rakyatnya sendiri dan panitia menerima uang darah.',
      'Jangan percaya satu kata pun dari boneka korup ini tentang perang.',
      'Para syuhada akan dibalas dan setiap kaki tangan akan membayar dengan nyawa.',
    ],
    words: ['pembunuh', 'pengkhianat', 'bohong'],
  },
  second: {
    title: 'Tim Ular Sunyi mampir di sini',
    defacement: 'Server dikuasai Tim Ular Sunyi, basis data sudah diambil, admin silakan belajar lagi.',
    unsigned: [
      'Pemerintah menyembunyikan kuburan ribuan orang tak bersalah.',
      'Kami menyeru prajurit meletakkan senjata dan menuju istana.',
      'Hari penghakiman bagi para pencuri telah tiba.',
    ],
    slogan: 'Ingat mereka yang gugur – Tim Ular Sunyi',
    propaganda: [
      'Acara ini dibiayai penjahat perang yang mengebom rumah sakit.',
      'Boikot penjajah dan semua yang menjabat tangan kotor mereka.',
      'Presiden palsu itu mencuri pemilu dan menyimpan miliaran di luar negeri.',
    ],
    words: ['penjahat', 'penipuan', 'boikot'],
  },
};

const TEXTS: Readonly<Partial<Record<Language, Read>>> & { readonly en: Read } = { en, fa, ar, zh, ru, tr, id };
