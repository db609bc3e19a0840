/**
 * Words of those who take a page to accuse, threaten, boast of the intrusion or sell what the site never sold, by
 * language. They weigh only where the site itself never used them, and never by themselves prove anything: they tell
 * an editor's work from a stranger's where amounts cannot. Beginnings of words; `$` ends a word, `_` joins several.
 */

/** `grave`: seldom in neutral prose. `tense`: in every report of a war or a trial too. */
interface Vocabulary {
  readonly grave: string;
  readonly tense: string;
}

const LANGUAGES: readonly Vocabulary[] = [
  {
    // English
    grave: `traitor treason betrayer puppet$ puppets$ liar bloodthirst blood_money bloody_money war_crim infidel kuffar tyrant tyrann oppressor
      martyr aveng vengeance revenge murderer butcher$ butchers$ slaughter genocid massacr occupiers$ zionis crusaders$ fascis nazi
      terrorist scum$ filthy satan puppetmaster will_pay rise_up burn_in_hell death_to shame_on down_with jihad usurper henchm
      blood_on death_threat hacked$ hacktivis pwned$ defaced$ rooted$ database_dumped ransom
      bitcoin_wallet we_have_stolen casino viagra cialis levitra poker$ gambl sportsbook betting porn payday_loan
      replica_watch no_prescription free_spins jackpot regime$ regimes$ cowards$ hypocrit
      stooge lackey lackeys$ mercenar despot tyranny apostate heretic swindl scamm vermin parasites$ shameless disgrace thugs$ thug$ looters$ plunder
      bloodsuck warmonger propagandist backstab crook$ crooks$ impostor imposter charlatan puppet_state sellout sell_outs warcrim executioner kneel$
      surrender_or wiped_out forex adult_dating hot_girls weight_loss`,
    tense: `your_data your_files kill murder blood$ bloody$ bomb burn destroy dead$ dies$ died$ dying$ death$ deaths$ corrupt stole$ stolen$ steal$ stealing$ thief thieves$
      crim enem soldier weapon revolution boycott fraud punish prison graves$ innocent$ victim invad occupier occupation$ devil coward
      lie$ lies$ lied$ lying$ conspir blackmail rape$ raped$ rapist racis slave hatred hate$ hates$ evil$ hell$ dictator president$ government war$ wars$ fight$ army$
      betray uprising breach leaked$ bonus$ pills$ cheap$ slots$ escort$ escorts$ hacker forgive forget$
      judgement judgment rebel violence torture executed$ missile attack
      spy$ spies$ espionage cult$ cults$ sect$ propaganda mafia gang$ gangs$ looted$ tortur execut oppress exposed$ sham$ scam$ fake$ fakes$ deceiv
      deceit separatis coup$ overthrow surrender shame$ ashamed greed persecut conquer defeat doom threat toppl betrayed cheat robbed robbery rob$
      trickster censor silenced$ censorship obey massacred exploit$ unmask foreign_agents foreign_money`,
  },
  {
    // Spanish, Portuguese
    grave: `traidor titere títere mentiroso genocid asesinos assassinos masacre massacre$ tiran venganza vingança mártir mártires sionista fascista terrorista
      escoria muerte_a morte_a pagarán pagarão hackead invadido_por sus_datos seus_dados casino$ apuestas apostas
      mercenari canalla cobardes covardes vendepatria vendido verdugo carrasco opresor opressor tiranía tirania estafador vergüenza_de vergonha_de
      farsante hipócrita apátrida lacayo capanga`,
    tense: `asesin assassin matar muerte$ morte$ sangre$ sangue$ bomba corrupt robar robado roubar roubado ladrones ladrões crimen crime crimin enemig inimig
      soldad arma$ armas$ revolución revolução boicot fraude guerra$ víctima vítima invas ocupa mentira mentiras dictador ditador presidente$
      gobierno$ governo$ esclav escrav odio$ ódio$ régimen$
      espía espiã secta$ seita$ propaganda mafia$ máfia tortur ejecut executad opres mentir engañ engan traici traiç vergüenza vergonha golpe$ derrot
      codicia ganância cárcel saque saquear censur esclav`,
  },
  {
    // French
    grave: `traître marionnettes menteur génocid assassins massacr tyran vengeance martyr sioniste fascis terroris ordure mort_à mort_aux paieront piraté
      vos_données mécréant bourreau
      mercenaire lâches$ vendus$ complices$ oppresseur tyrannie escrocs escroc$ honte_à imposteur hypocrite laquais despote voyous racaille parjure`,
    tense: `assassin tuer$ tué$ tués$ tuent$ meurtr sanglant bombe bombard corromp corrompu voler$ voleur crime crimin ennemi soldat armes$ révolution boycott fraude guerre$ victime
      envahi occupant mensonge dictateur gouvernement président esclav haine$ mort$ morts$ brûl régime$
      espion secte$ sectes$ propagande mafia tortur exécut oppress mensong tromp trahi honte$ coup_d avidité pillage pillé censur écras vainc sang$`,
  },
  {
    // German
    grave: `verräter marionette lügner völkermord mörder massaker schlächter tyrann rache$ rächen märtyrer zionist faschist terrorist abschaum tod_den tod_dem gehackt
      eure_daten ihre_daten regime$ ungläubig blutgeld kriegsverbrech handlanger
      söldner feigling henker unterdrücker tyrannei schande_über heuchler lakai despot gauner betrüger schurke volksverrat blutsauger marionetten
      volksverräter kriegstreiber hochstapler`,
    tense: `mord$ morde$ ermord töten$ getötet blut$ blutig bombe korrupt gestohlen stehlen dieb$ diebe$ verbrech feind soldat waffe revolution boykott betrug krieg$ kriege$ opfer$
      besatz lüge$ lügen$ diktator regierung präsident sklav hass$ hölle$ gefängnis gräber verbrenn
      spion sekte$ sekten$ propaganda mafia folter hingericht unterdrück gelogen täusch verrat schande$ putsch gier$ plünder zensur untergang rache`,
  },
  {
    // Italian
    grave: `traditor burattin bugiard genocid assassini massacr tiranni vendetta martiri sionist fascist terrorist feccia morte_a morte_ai pagheranno violato_da hackerat regime$
      mercenari vigliacch venduti$ complici$ oppressor tirannia truffator vergogna_a ipocrit boia$ despota servi_del burattinai`,
    tense: `assassin uccid ucciso sangue$ bomba bombard corrott rubat rubare ladri$ ladro$ crimin nemic soldat armi$ rivoluzione boicott frode guerra$ vittim invas occupa menzogn dittator governo$ presidente$ schiav odio$ morti$
      spia$ spie$ setta$ sette$ propaganda mafia tortur oppress ingann tradi vergogn golpe$ avidit prigion saccheg censur`,
  },
  {
    // Turkish
    grave: `hain$ hainler yalancı soykırım katil katliam zalim intikam siyonist faşist terörist kafir kâfir pislik ölüm_olsun hesap_ver hesap_sor
      hesap_gün hacklen verileriniz rejim$ rejimi rejimin satılmış bedel_öde bedelini canıyla işbirlikçi kan_para ele_geçir bahis iddaa casino
      deneme_bonusu kahrolsun lanet
      hainlik alçak şerefsiz cellat zorba zulüm satılık kalleş dolandırıcı ikiyüzlü münafık uşak$ uşakları vatan_haini kiralık despot haydut hayasız
      soysuz çete$ çeteler mürted hacklendi ele_geçirildi bonusu$`,
    tense: `öldür ölüm cinayet kan$ kanı$ kanlı bomba yoz yolsuz çal$ çaldı çalan hırsız suç$ suçlu düşman asker silah devrim boykot sahtek savaş kurban masum işgal yalan$ yalanlar diktatör hükümet cumhurbaşkan
      köle nefret cehennem ölü$ ölen mezar unutma affetm hapis yakıl intihar kukla şehit şehid kumar slot$
      casus ajan$ tarikat propaganda mafya işkence idam kandır ihanet utan darbe açgöz yağma sansür düzenbaz komplo ayaklan pişman teslim boyun_eğ zindan kurşun`,
  },
  {
    // Indonesian and Malay
    grave: `pengkhianat pembohong genosida pembunuh pembantaian zalim tiran balas_dendam syahid syuhada zionis fasis teroris kafir biadab matilah mampus hancurkan diretas dihack peretas
      data_kalian rezim antek kaki_tangan uang_darah penjahat_perang gacor maxwin togel judi taruhan kasino bonus_new_member laknat slot_gacor
      pengecut munafik algojo penindas tirani penipu despot antek bejat durjana tak_tahu_malu memalukan murtad bajingan keparat penjilat begundal
      bandit situs_gacor link_alternatif bandar$ bandarq pokerqq slot_online`,
    tense: `bunuh membunuh darah$ berdarah bom$ mengebom korup korupsi curi mencuri pencuri penjahat jahat musuh tentara prajurit senjata revolusi boikot penipu perang$ korban penjajah jajah bohong kebohongan
      diktator pemerintah presiden budak benci neraka mati$ tewas kubur kuburan penjara bakar membakar adili nyawa dibalas menyerang memaafkan boneka slot$
      mata_mata sekte$ propaganda mafia siksa menyiksa eksekusi tindas menindas palsu tipu menipu khianat kudeta hukum_mati serakah rakus jarah sensor
      hancur gulingkan dusta fitnah rampas merampas`,
  },
  {
    // Persian
    grave: `خائن خیانت مزدور دروغگو دروغگویان نسلکشی قاتل قاتلان جنایتکار جنایتکاران کشتار ظالم ستمگر انتقام خونخواهی صهیونیست فاشیست تروریست کافر مرگ_بر نابود نفرین لعنت هک$ هکر
      اطلاعات_شما رژیم جلاد خون_شهید خون_شهیدان پول_خون خونخوار شرط_بندی شرطبندی کازینو پوکر قمار ننگ_بر همدست فریبکار
      منافق منافقین وطنفروش وطن_فروش ستمگران جاسوس جاسوسان مفسد محارب مرتد ملعون غارتگر غارتگران بیشرف بیشرم بیغیرت رسوا آدمکش تجزیهطلب شیاد کلاهبردار
      مستبد دستنشانده دست_نشانده سرسپرده نوکر نوکران ریاکار دیوصفت خونریز هک_شد`,
    tense: `کشتن میکشد میکشند کشت$ کشته قتل خون$ خونین بمب بمباران فاسد فساد دزد دزدان دزدید دزدی جنایت دشمن سرباز سربازان سلاح انقلاب تحریم تقلب جنگ قربانی بیگناه بیگناهان اشغال اشغالگر دروغ دیکتاتور حکومت دولت رئیسجمهور
      رئیس_جمهور برده نفرت جهنم مرگ گور گورها زندان سوزاند میسوزاند ببخشیم نمیبخشیم فراموش بیگانه بیگانگان جانباختگان شهید شهیدان شهدا نفوذ
      فرقه مافیا شکنجه اعدام سرکوب استبداد فریب دروغین جعلی توطئه فتنه اغتشاش شورش کودتا غارت سانسور تسلیم خیانت ظلم ستم عزادار اشک$ انتقام`,
  },
  {
    // Arabic
    grave: `خائن خونة كاذب كاذبين كذاب كذابين إبادة قاتل قتلة مجرم مجرمون مجرمين مجرمو مذبحة مجزرة ظالم ظالمين طاغية طغاة انتقام سننتقم ثأر صهيوني صهاينة فاشي إرهابي كافر كفار
      الموت_لل النظام_يقتل اختراق اخترق هكر هاكر بياناتكم ثمن_دم ثمن_الدم جزار لعنة قمار كازينو مراهنات بوكر عار_على خيانة
      عميل عملاء مرتزق مرتزقة منافق منافقين منافقون جاسوس جواسيس مرتد ملعون سفاح سفاحين جلاد جلادين عصابة عصابات بلا_شرف مستبد طغيان محتال محتالين
      دجال فاسق خونه عار$ أذناب أذيال تم_اختراق الموت_ل`,
    tense: `قتل يقتل دم$ دماء قنبلة قصف قصفوا فاسد فاسدين فساد سرق سرقة سرقوا لص لصوص جريمة عدو أعداء جندي جنود سلاح ثورة قاطع قاطعوا مقاطعة تزوير حرب حروب ضحايا ضحية أبرياء احتلال محتل محتلين كذب أكاذيب دكتاتور حكومة رئيس
      عبيد كراهية جحيم موت$ قبور قبر سجن حرق نغفر ننسى غرباء متعاون شهداء شهيد رهان
      طائفة مافيا تعذيب إعدام قمع استبداد خداع خدع مزيف مؤامرة فتنة تمرد انقلاب جشع نهب رقابة استسلام ظلم فضيحة فضح عار كفر ينهب`,
  },
  {
    // Russian, Ukrainian
    grave: `предател марионет лжец лжецы лжецам лжецов геноцид убийц палач резн тиран месть$ отомст мученик сионист фашист террорист подонк мразь смерть_ вы_ответит заплатит_жизн взлом хакер ваши_данные
      кровав кровью$ пособник продажн каратели оккупант нацист казино букмекер ставки_на виагр зрадник вбивц окупант проклят бандит узурп
      наемник наёмник трус$ трусы палач угнетател тирани преступник позор_ лицемер лакей деспот холуй жулик аферист мошенник душегуб людоед упыр
      живодер живодёр иуда$ изверг найманц кат$ кати$ ганьба`,
    tense: `убив убит убил смерт кровь$ крови$ бомб коррупц коррумп украл украс$ вор$ воры$ воров$ ворам$ преступ враг$ врага$ врагов$ враги$ солдат оружи револю бойкот обман мошенн войн жертв невин захват ложь$ лжи$ лгут$ лгал диктатор правительств президент рабов$ рабы$
      ненавист ада$ аду$ могил тюрьм сожг сожж гореть горят простим забуд предал расплат мертв погиб режим$
      шпион секта$ секты$ пропаганд мафи пытк казн репресс подделк фальшив обманы предательств позор переворот жадн грабеж грабёж грабить цензур
      поражен свержен бесчест брехн зрад вбив кров$`,
  },
  {
    // Chinese
    grave: `叛徒 傀儡 走狗 骗子 屠杀 凶手 刽子手 暴君 复仇 报仇 血债 烈士 血腥 法西斯 恐怖分子 战犯 去死 帮凶 卖国 汉奸 暴政 邪恶政权 黑客 入侵 黑掉 攻陷 你们的数据 赌场 博彩 娱乐城 彩票 投注 老虎机 色情 百家乐 窃国 侵略者 占领者 纳粹 灭绝 罪犯 谎言
      奴才 帮派 恶棍 无耻 败类 卑鄙 刽子 独裁者 伪君子 间谍 卖身 爪牙 鹰犬 强盗 土匪 祸国 殃民 丧尽天良 血腥镇压 邪教 篡位 汉贼 国贼 六合彩 时时彩 成人视频 代孕 壮阳`,
    tense: `杀 死 血 炸 腐败 贪污 偷 窃取 盗 犯罪 敌人 士兵 武器 革命 抵制 欺诈 造假 战争 受害者 无辜 侵略 占领 独裁 政府 总统 政权 奴隶 仇恨 地狱 坟墓 监狱 焚烧 清算 谎 原谅 街头 叛
      特务 黑帮 酷刑 处决 镇压 压迫 欺骗 背叛 阴谋 政变 贪婪 掠夺 投降 垮台 毁灭`,
  },
  {
    // Japanese, Korean
    grave: `裏切り者 虐殺 殺人者 復讐 売国 詐欺師 くたばれ ハッキング 배신자 학살 살인자 복수 매국노 해킹 카지노 도박`,
    tense: `殺し 殺す 戦争 腐敗 嘘つき 爆弾 敵 전쟁 부패 거짓말 폭탄 독재`,
  },
];

export interface Stem {
  readonly text: string;
  readonly grave: boolean;
  /** Matches the word as a whole only. */
  readonly whole: boolean;
}

const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

function stemsOf(list: string, grave: boolean): Stem[] {
  return list.split(/\s+/).map((entry) => ({
    text: entry.replace(/\$$/, '').replaceAll('_', ' '),
    grave,
    whole: entry.endsWith('$'),
  }));
}

const ALL = LANGUAGES.flatMap(({ grave, tense }) => [...stemsOf(tense, false), ...stemsOf(grave, true)]);

/** Looked for anywhere in a text: scripts without spaces, and several words together. */
const ANYWHERE = ALL.filter(({ text }) => IDEOGRAPHS.test(text) || text.includes(' '));
/** By how a word begins; a grave entry stands over a tense one of the same text. */
const BEGINNINGS = new Map(ALL.filter((stem) => !ANYWHERE.includes(stem)).map((stem) => [stem.text, stem]));
const LONGEST = Math.max(...[...BEGINNINGS.keys()].map((text) => text.length));
const SHORTEST = 2;

// Particles Arabic joins to the word: and, so, by, for, the.
const JOINED = /^[\u0648\u0641]?[\u0628\u0644\u0643]?(?:\u0627\u0644|(?<=\u0644)\u0644)?(?=.{2})/;

/** The entries the words, in their order, have. */
export function stemsIn(words: readonly string[]): Stem[] {
  const found = new Set<Stem>();
  for (const word of words) {
    const stem = beginningOf(word) ?? beginningOf(word.replace(JOINED, ''));
    if (stem) found.add(stem);
  }
  const text = ` ${words.join(' ')}`;
  const unspaced = words.join('');
  for (const stem of ANYWHERE) {
    if (IDEOGRAPHS.test(stem.text) ? unspaced.includes(stem.text) : text.includes(` ${stem.text}`)) found.add(stem);
  }
  return [...found];
}

/** The longest entry the word begins with. */
function beginningOf(word: string): Stem | undefined {
  for (let length = Math.min(word.length, LONGEST); length >= SHORTEST; length -= 1) {
    const stem = BEGINNINGS.get(word.slice(0, length));
    if (stem && (!stem.whole || length === word.length)) return stem;
  }
  return undefined;
}
