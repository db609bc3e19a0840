/** What the generated sites write about: sentences with slots, by language. Ours, invented. */
import type { Language } from './page.js';

export interface Phrasebook {
  readonly brand: readonly string[];
  readonly nav: readonly string[];
  readonly subscribe: string;
  readonly buy: string;
  readonly people: readonly string[];
  readonly places: readonly string[];
  readonly topics: readonly string[];
  /** Slots: {person}, {place}, {topic}, {n}. */
  readonly sentences: readonly string[];
  readonly headlines: readonly string[];
}

export const PHRASEBOOKS: Readonly<Partial<Record<Language, Phrasebook>>> = {
  en: {
    brand: ['Harbour Water Forum', 'Northlight Festival', 'Meadow Daily', 'Open Science Week', 'Copper & Pine Shop'],
    nav: ['Programme', 'Speakers', 'News', 'Tickets', 'Contact'],
    subscribe: 'Subscribe',
    buy: 'Add to basket',
    people: ['Dr. Amara Lind', 'Jon Vesely', 'Prof. Rita Okafor', 'Mei Tanaka', 'Luis Herrera', 'Ingrid Solberg'],
    places: ['the great hall', 'the harbour stage', 'room seven', 'the old library', 'the riverside tent'],
    topics: ['river restoration', 'city gardens', 'open data', 'public transport', 'school meals', 'coastal weather'],
    sentences: [
      '{person} opens the session on {topic} in {place}, followed by questions from the audience.',
      'The workshop on {topic} has {n} seats, and most of them were booked within a day.',
      'Recordings about {topic} are published the next morning together with the slides.',
      'In {place}, {person} shows what {n} volunteers learned about {topic} last spring.',
      'Families are welcome in {place}, where {topic} is explained with models and short films.',
      'Our editors followed {topic} for {n} months and collected the answers most readers asked for.',
      'The jury, led by {person}, chose {n} projects on {topic} out of several hundred entries.',
      'A guided walk to {place} starts every hour; please bring good shoes and a bottle of water.',
      '{person} and a team of {n} students built the exhibition about {topic} by hand.',
      'Delivery takes {n} working days, and every parcel travels in paper made from old boxes.',
      'The programme was translated into {n} languages so that {topic} reaches every neighbourhood.',
      'Doors to {place} open half an hour before {person} begins; the café serves soup and bread.',
    ],
    headlines: [
      '{person} to speak about {topic}',
      'New session on {topic} in {place}',
      '{n} ideas for {topic} that work',
      'How {topic} changed {place}',
      'Tickets for {place} available again',
      'Interview: {person} on {topic}',
    ],
  },
  fa: {
    brand: ['همایش آب و زندگی', 'جشنواره فیلم باران', 'روزنامه مهر', 'فروشگاه گل‌نار'],
    nav: ['برنامه', 'سخنرانان', 'خبرها', 'بلیت', 'تماس'],
    subscribe: 'عضویت در خبرنامه',
    buy: 'افزودن به سبد',
    people: ['دکتر نگار رستمی', 'امیر صالحی', 'مریم کاظمی', 'استاد بهرام فرهادی', 'سارا موسوی'],
    places: ['تالار اصلی', 'سالن شماره دو', 'کتابخانه مرکزی', 'باغ موزه', 'صحنه کنار رود'],
    topics: ['حفظ منابع آب', 'کشاورزی پایدار', 'داده‌های باز', 'حمل و نقل شهری', 'آموزش کودکان', 'معماری سنتی'],
    sentences: [
      '{person} نشست {topic} را در {place} آغاز می‌کند و به پرسش‌های حاضران پاسخ می‌دهد.',
      'کارگاه {topic} برای {n} نفر جا دارد و بیشتر جاها در روز نخست پر شد.',
      'فیلم نشست‌های {topic} صبح روز بعد همراه با اسلایدها منتشر می‌شود.',
      'در {place}، {person} تجربه {n} داوطلب درباره {topic} را بازگو می‌کند.',
      'خانواده‌ها می‌توانند در {place} با نمونه‌های ساده با {topic} آشنا شوند.',
      'گروه داوران به سرپرستی {person} از میان صدها اثر {n} طرح درباره {topic} را برگزید.',
      'درهای {place} نیم ساعت پیش از سخنرانی {person} باز می‌شود.',
      'ارسال سفارش‌ها {n} روز کاری زمان می‌برد و بسته‌بندی از کاغذ بازیافتی است.',
      'دانشجویان زیر نظر {person} نمایشگاه {topic} را در {place} برپا کرده‌اند.',
    ],
    headlines: [
      'سخنرانی {person} درباره {topic}',
      'نشست تازه درباره {topic} در {place}',
      '{n} راهکار ساده برای {topic}',
      'گفت‌وگو با {person}',
      'بلیت‌های {place} دوباره عرضه شد',
    ],
  },
  ar: {
    brand: ['ملتقى المياه والمدينة', 'مهرجان الضوء', 'صحيفة الواحة', 'متجر الياسمين'],
    nav: ['البرنامج', 'المتحدثون', 'الأخبار', 'التذاكر', 'اتصل بنا'],
    subscribe: 'اشترك في النشرة',
    buy: 'أضف إلى السلة',
    people: ['الدكتورة ليلى حداد', 'سامي العلي', 'الأستاذ كريم نصار', 'هدى منصور', 'يوسف البكري'],
    places: ['القاعة الكبرى', 'المكتبة القديمة', 'المسرح المفتوح', 'قاعة النهر', 'الحديقة العامة'],
    topics: [
      'إدارة المياه',
      'الزراعة في المدن',
      'البيانات المفتوحة',
      'النقل العام',
      'تعليم الأطفال',
      'العمارة التقليدية',
    ],
    sentences: [
      'تفتتح {person} جلسة {topic} في {place} ثم تجيب عن أسئلة الحضور.',
      'تتسع ورشة {topic} لنحو {n} مشاركا وقد حجزت معظم المقاعد في اليوم الأول.',
      'تنشر تسجيلات {topic} صباح اليوم التالي مع العروض التقديمية.',
      'يعرض {person} في {place} ما تعلمه {n} متطوعا عن {topic}.',
      'العائلات مدعوة إلى {place} للتعرف على {topic} من خلال نماذج وأفلام قصيرة.',
      'اختارت لجنة التحكيم برئاسة {person} عدد {n} من المشاريع حول {topic}.',
      'تفتح أبواب {place} قبل نصف ساعة من كلمة {person}.',
      'يستغرق التوصيل {n} أيام عمل وتغلف الطرود بورق معاد تدويره.',
      'ترجم البرنامج إلى {n} لغات كي يصل {topic} إلى كل حي.',
    ],
    headlines: [
      'كلمة {person} عن {topic}',
      'جلسة جديدة حول {topic} في {place}',
      '{n} أفكار بسيطة من أجل {topic}',
      'حوار مع {person}',
      'تذاكر {place} متاحة من جديد',
    ],
  },
  zh: {
    brand: ['江城水资源论坛', '北岸音乐节', '晨光日报', '竹里小店'],
    nav: ['日程', '嘉宾', '新闻', '购票', '联系我们'],
    subscribe: '订阅',
    buy: '加入购物车',
    people: ['林晓梅博士', '张伟', '陈思远教授', '李文静', '王海涛'],
    places: ['大礼堂', '滨江舞台', '七号会议室', '老图书馆', '湖畔帐篷'],
    topics: ['河流修复', '城市花园', '开放数据', '公共交通', '校园午餐', '传统建筑'],
    sentences: [
      '{person}将在{place}主持关于{topic}的开幕讨论，并回答现场观众的提问。',
      '{topic}工作坊共有{n}个名额，大部分在第一天就已订满。',
      '有关{topic}的录像将于次日上午连同讲义一起发布。',
      '在{place}，{person}将介绍{n}位志愿者在{topic}方面的经验。',
      '欢迎家庭观众来到{place}，通过模型和短片了解{topic}。',
      '由{person}领衔的评审团从数百份作品中选出了{n}个{topic}项目。',
      '{place}在{person}演讲前半小时开放入场，咖啡厅提供简餐。',
      '订单将在{n}个工作日内送达，所有包裹均使用再生纸包装。',
      '节目已翻译成{n}种语言，让{topic}走进每一个社区。',
    ],
    headlines: [
      '{person}将就{topic}发表演讲',
      '{place}新增{topic}专场',
      '关于{topic}的{n}个好主意',
      '专访：{person}谈{topic}',
      '{place}门票再次开售',
    ],
  },
  ru: {
    brand: ['Форум «Чистая река»', 'Вестник Заречья', 'Лавка «Сосна»'],
    nav: ['Программа', 'Участники', 'Новости', 'Билеты', 'Контакты'],
    subscribe: 'Подписаться',
    buy: 'В корзину',
    people: ['Анна Лебедева', 'профессор Игорь Мельник', 'Ольга Сомова', 'Пётр Зайцев'],
    places: ['большом зале', 'старой библиотеке', 'павильоне у реки', 'седьмой аудитории'],
    topics: ['восстановление рек', 'городские сады', 'открытые данные', 'общественный транспорт', 'школьные обеды'],
    sentences: [
      '{person} открывает встречу на тему «{topic}» в {place} и отвечает на вопросы гостей.',
      'На мастерской «{topic}» всего {n} мест, и большая часть уже занята.',
      'Записи выступлений по теме «{topic}» появятся на следующее утро вместе со слайдами.',
      'В {place} {person} расскажет, чему научились {n} добровольцев прошлой весной.',
      'Семьи с детьми могут познакомиться с темой «{topic}» в {place} на простых моделях.',
      'Жюри под руководством {person} выбрало {n} проектов по теме «{topic}».',
      'Доставка занимает {n} рабочих дней, посылки упакованы в переработанную бумагу.',
      'Программа переведена на {n} языков, чтобы о ней узнали в каждом районе.',
    ],
    headlines: [
      '{person} выступит на тему «{topic}»',
      'Новая встреча в {place}',
      '{n} простых идей: {topic}',
      'Интервью: {person}',
    ],
  },
  tr: {
    brand: ['Temiz Su Buluşması', 'Kıyı Gazetesi', 'Çınar Dükkân'],
    nav: ['Program', 'Konuşmacılar', 'Haberler', 'Bilet', 'İletişim'],
    subscribe: 'Abone ol',
    buy: 'Sepete ekle',
    people: ['Dr. Elif Aydın', 'Mert Kaya', 'Prof. Selin Arslan', 'Deniz Yalçın'],
    places: ['büyük salonda', 'eski kütüphanede', 'nehir sahnesinde', 'yedi numaralı odada'],
    topics: ['nehirlerin korunması', 'kent bahçeleri', 'açık veri', 'toplu taşıma', 'okul yemekleri'],
    sentences: [
      '{person}, {topic} oturumunu {place} açacak ve katılımcıların sorularını yanıtlayacak.',
      '{topic} atölyesinde {n} kişilik yer var; çoğu ilk günden doldu.',
      '{topic} kayıtları ertesi sabah sunumlarla birlikte yayımlanacak.',
      '{place} {person}, {n} gönüllünün geçen baharda öğrendiklerini anlatacak.',
      'Aileler {place} kısa filmler ve maketlerle {topic} konusunu tanıyabilir.',
      '{person} başkanlığındaki jüri {topic} üzerine {n} proje seçti.',
      'Teslimat {n} iş günü sürer ve paketler geri dönüştürülmüş kâğıtla hazırlanır.',
      'Program {n} dile çevrildi, böylece {topic} her mahalleye ulaşacak.',
    ],
    headlines: [
      '{person} ile {topic} üzerine',
      'Yeni oturum {place}',
      '{topic} için {n} basit fikir',
      'Söyleşi: {person}',
    ],
  },
};
