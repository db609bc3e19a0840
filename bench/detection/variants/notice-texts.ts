/** What sites say in bars and boxes of their own, by language. */

export const NOTICE_TEXTS: Readonly<Record<string, string>> = {
  en: 'Please note: the office is closed on Monday because of the public holiday.',
  fa: 'توجه: دفتر ما روز دوشنبه به دلیل تعطیلی رسمی بسته است.',
  ar: 'تنبيه: المكتب مغلق يوم الاثنين بسبب العطلة الرسمية.',
  zh: '请注意：因公共假期，办公室周一休息。',
  ru: 'Обратите внимание: в понедельник офис закрыт из-за праздника.',
  tr: 'Lütfen dikkat: ofisimiz resmî tatil nedeniyle pazartesi kapalıdır.',
  id: 'Mohon perhatian: kantor tutup hari Senin karena libur nasional.',
};

export const COOKIE_TEXTS: Readonly<Record<string, readonly [string, string]>> = {
  en: ['We use cookies to keep the site working and to count visits.', 'Accept'],
  fa: ['این سایت برای کارکرد درست و شمارش بازدید از کوکی استفاده می‌کند.', 'می‌پذیرم'],
  ar: ['نستخدم ملفات تعريف الارتباط لتشغيل الموقع وإحصاء الزيارات.', 'موافق'],
  zh: ['我们使用 Cookie 来保证网站运行并统计访问量。', '接受'],
  ru: ['Мы используем файлы cookie для работы сайта и подсчёта посещений.', 'Принять'],
  tr: ['Sitenin çalışması ve ziyaretlerin sayılması için çerez kullanıyoruz.', 'Kabul et'],
  id: ['Kami memakai kuki agar situs berjalan dan untuk menghitung kunjungan.', 'Setuju'],
};
