/**
 * The third version of what attackers write: for the held-out half only. Written when the halves were dealt anew, by
 * somebody who had not read the word lists of the check, and not to be read while they are changed.
 */
import type { Language } from '../corpus/page.js';
import type { HostileText } from './hostile-text.js';

const en: HostileText = {
  title: 'Defaced by Iron Jackal',
  defacement:
    'Iron Jackal took this server last night. Your admin slept, your files are ours, and so are your passwords. Shout out to everyone who never stopped fighting.',
  unsigned: [
    'They poisoned the river and paid the judges to look away.',
    'Workers, close the gates on Thursday and do not open them until the ministers resign.',
    'Those who fired on the crowd will hang for it.',
  ],
  slogan: 'Iron Jackal – we see everything you steal',
  propaganda: [
    'The ministers behind this page tortured prisoners and buried them without names.',
    'Whoever buys a ticket here pays for the bullets that kill our children.',
    'Burn your passports, refuse every order and spit on those who still obey the tyrant.',
    'The invaders robbed our villages and this gang of cowards applauds them.',
  ],
  words: ['torturers', 'cowards', 'stolen'],
};

const fa: HostileText = {
  title: 'هک شد به دست شغال آهنین',
  defacement: 'شغال آهنین دیشب این سرور را گرفت. مدیر خواب بود، پرونده‌ها و گذرواژه‌ها دست ماست.',
  unsigned: [
    'رودخانه را آلوده کردند و به قاضی‌ها رشوه دادند.',
    'کارگران، پنجشنبه درها را ببندید تا وزیران کنار بروند.',
    'آنان که به مردم شلیک کردند به دار آویخته می‌شوند.',
  ],
  slogan: 'شغال آهنین – هر چه دزدیده‌اید می‌بینیم',
  propaganda: [
    'وزیرانی که پشت این صفحه‌اند زندانیان را شکنجه و بی‌نام دفن کردند.',
    'هر که اینجا بلیت بخرد پول گلوله‌هایی را می‌دهد که کودکان ما را می‌کشند.',
    'از هیچ دستوری پیروی نکنید و به نوکران این ستمگر تف بیندازید.',
  ],
  words: ['شکنجه‌گران', 'بزدلان', 'دزدی'],
};

const ar: HostileText = {
  title: 'تم تهكير الموقع من ابن آوى الحديدي',
  defacement: 'استولى ابن آوى الحديدي على هذا الخادم ليلة أمس. نام المدير، وملفاتكم وكلمات مروركم عندنا.',
  unsigned: [
    'سمموا النهر ورشوا القضاة ليسكتوا.',
    'أيها العمال، أغلقوا الأبواب يوم الخميس حتى يستقيل الوزراء.',
    'من أطلق النار على الناس سيشنق.',
  ],
  slogan: 'ابن آوى الحديدي – نرى كل ما تسرقون',
  propaganda: [
    'الوزراء الذين يقفون وراء هذه الصفحة عذبوا السجناء ودفنوهم بلا أسماء.',
    'كل من يشتري تذكرة هنا يدفع ثمن الرصاص الذي يقتل أطفالنا.',
    'ارفضوا كل أمر وابصقوا على من يطيع الطاغية.',
  ],
  words: ['الجلادون', 'الجبناء', 'مسروقة'],
};

const zh: HostileText = {
  title: '本站已被铁豺攻陷',
  defacement: '昨夜铁豺接管了这台服务器。管理员在睡觉，你们的文件和密码都在我们手里。',
  unsigned: ['他们毒害了河流，还收买了法官。', '工人们，周四关上大门，直到部长们下台。', '向人群开枪的人必将被绞死。'],
  slogan: '铁豺——你们偷的一切我们都看见了',
  propaganda: [
    '这个页面背后的部长们折磨囚犯，把他们无名埋葬。',
    '在这里买票的人，就是在为杀害我们孩子的子弹付钱。',
    '拒绝一切命令，唾弃那些仍然服从暴君的人。',
  ],
  words: ['刽子手', '懦夫', '赃物'],
};

const ru: HostileText = {
  title: 'Сайт захвачен: Железный Шакал',
  defacement: 'Этой ночью Железный Шакал забрал сервер. Админ спал, ваши файлы и пароли теперь наши.',
  unsigned: [
    'Они отравили реку и заплатили судьям за молчание.',
    'Рабочие, закройте ворота в четверг и не открывайте, пока министры не уйдут.',
    'Те, кто стрелял в толпу, будут висеть.',
  ],
  slogan: 'Железный Шакал – мы видим всё, что вы крадёте',
  propaganda: [
    'Министры, стоящие за этой страницей, пытали заключённых и хоронили их без имён.',
    'Каждый, кто покупает здесь билет, платит за пули, убивающие наших детей.',
    'Не выполняйте приказов и плюйте в тех, кто ещё служит тирану.',
  ],
  words: ['палачи', 'трусы', 'украденное'],
};

const tr: HostileText = {
  title: 'Demir Çakal bu siteyi hackledi',
  defacement: 'Demir Çakal dün gece bu sunucuyu aldı. Yönetici uyuyordu, dosyalarınız ve parolalarınız artık bizde.',
  unsigned: [
    'Nehri zehirlediler, yargıçlara rüşvet verdiler.',
    'İşçiler, perşembe kapıları kapatın, bakanlar gidene kadar açmayın.',
    'Kalabalığa ateş açanlar asılacak.',
  ],
  slogan: 'Demir Çakal – çaldığınız her şeyi görüyoruz',
  propaganda: [
    'Bu sayfanın arkasındaki bakanlar mahkûmlara işkence etti ve onları isimsiz gömdü.',
    'Buradan bilet alan herkes çocuklarımızı öldüren kurşunların parasını ödüyor.',
    'Hiçbir emre uymayın, zalime hâlâ boyun eğenlerin yüzüne tükürün.',
  ],
  words: ['işkenceciler', 'korkaklar', 'hırsızlık'],
};

const id: HostileText = {
  title: 'Dihack oleh Serigala Besi',
  defacement: 'Serigala Besi mengambil server ini tadi malam. Admin tidur, berkas dan kata sandi kalian milik kami.',
  unsigned: [
    'Mereka meracuni sungai dan menyuap hakim agar bungkam.',
    'Para buruh, tutup gerbang hari Kamis sampai para menteri mundur.',
    'Yang menembaki kerumunan akan digantung.',
  ],
  slogan: 'Serigala Besi – kami melihat semua yang kalian curi',
  propaganda: [
    'Menteri di balik halaman ini menyiksa tahanan dan menguburnya tanpa nama.',
    'Siapa pun yang membeli tiket di sini membayar peluru yang membunuh anak-anak kita.',
    'Tolak semua perintah dan ludahi mereka yang masih tunduk pada penindas.',
  ],
  words: ['penyiksa', 'pengecut', 'curian'],
};

export const THIRD: Readonly<Partial<Record<Language, HostileText>>> & { readonly en: HostileText } = {
  en,
  fa,
  ar,
  zh,
  ru,
  tr,
  id,
};
