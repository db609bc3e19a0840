/**
 * Words defacers sign with, by language. Matched against text with look-alike letters undone. They make other
 * findings graver; by themselves they say nothing, for journalists and teachers write them too. What tells the two
 * apart is of whom it is said: a defacer writes of this site, or begins with the deed; a reporter writes of another.
 */

export interface Phrase {
  readonly pattern: RegExp;
  /** `strong`: hardly anybody else writes it. `weak`: tells together with another; `hint`: nothing without one. */
  readonly strength: 'strong' | 'weak' | 'hint';
  /** Who did it stands before it, in a line that says nothing else: `Grey Falcon was here`. */
  readonly signed: boolean;
}

const strong = (pattern: RegExp): Phrase => ({ pattern, strength: 'strong', signed: false });
const weak = (pattern: RegExp): Phrase => ({ pattern, strength: 'weak', signed: false });
const hint = (pattern: RegExp): Phrase => ({ pattern, strength: 'hint', signed: false });
const signed = (pattern: RegExp): Phrase => ({ pattern, strength: 'strong', signed: true });

// JavaScript's \b knows ASCII letters only.
const START = '(?<![\\p{L}\\p{N}])';
const END = '(?![\\p{L}\\p{N}])';
const words = (source: string): RegExp => new RegExp(`${START}(?:${source})${END}`, 'u');
/** Between a deed and its doer: nothing, a space, a colon, a dash, an arrow. */
const LINK = '[\\s:=~>|._–—-]*';

export const PHRASES: readonly Phrase[] = [
  // English as defacers write it, leetspeak undone
  strong(/(?:hacked|haxed|pwned|defaced)by/u),
  strong(
    words(`(?:hacked|haxed|haxored|hax0red|pwned|pwnd|pawned|defaced|rooted|stamped|breached|cracked|nuked)${LINK}by`),
  ),
  strong(
    words(
      `(?:owned|touched|invaded|infiltrated|conquered)${LINK}by(?!${LINK}(?:the|a|an|our|its|this|us|you|other|others|one|another|root|all|each|every|both|someone|any)${END})`,
    ),
  ),
  strong(
    words(
      '(?:has|have) been (?:hacked|haxed|pwned|defaced|rooted|owned by)|(?:was|were|got|is|are|g0t|just) (?:hacked|haxed|pwned|defaced|rooted)',
    ),
  ),
  strong(
    words(
      "you(?:'ve| have|r (?:site|website|security|system|server)(?: has)?)(?: been| was| is| got)? (?:hacked|pwned|owned|defaced|low|zero|shit|a joke|weak|breached)",
    ),
  ),
  strong(
    words(
      '(?:server|system|site|website|box|database|db|network) (?:is |was |has been |got )?(?:rooted|owned|pwned|dumped|defaced|nuked)',
    ),
  ),
  strong(
    words(
      '(?:cyber|hack(?:er|ers|ing|tivist)?|elite|black ?hat) ?(?:army|team|crew|legion|mafia|brigade|squad|gang|force)',
    ),
  ),
  strong(
    words(
      'we are (?:legion|anonymous|everywhere|watching you)|expect us|we do not (?:forgive|forget)|no (?:system|site|security) is (?:safe|secure)',
    ),
  ),
  strong(
    words(
      'security is (?:an? )?(?:illusion|joke|myth)|(?:mass )?deface(?:d)? page|got root|r(?:oo|00)t access (?:gained|obtained)',
    ),
  ),
  signed(words('(?:was|were|wuz|woz|is) (?:here|h3re)(?=[\\s!.~*:)(<>x3-]*$)')),
  weak(words('hacked|defaced|defacement|pwned|pwnd|haxored|rooted|deface')),
  weak(words('greetz|greets|gr33tz|shout ?out[sz]?(?: to)?|respect to|special th?an(?:x|ks) to|thanx to')),
  weak(words('free (?:palestine|kashmir|gaza|syria|kurdistan|tibet|ukraine)')),
  weak(/#(?:op|anon|free)\w{3,}/u),
  weak(
    words(
      '(?:security|admin) (?:is )?(?:0%|o%|zero|low|sleeping|lol)|wake up,? admin|patch your (?:system|site|server|shit)|go back to school|(?:dear|hello|hey|hi|sorry|bye) admin',
    ),
  ),
  hint(
    words(
      'team|crew|squad|gang|cyber|sec|hax|haxor|hackers?|peretas|tim|admin|leet|elite|oday|game over|your (?:data|files|server)',
    ),
  ),
  signed(words('(?:hacked|pwned|owned|rooted) (?:you|u|your|this|ur)')),
  weak(words('database dumped|feel the power|knock knock')),
  // Spanish, Portuguese, French, German, Italian, Dutch, Polish, Scandinavian
  strong(
    words(
      `(?:hackead[oa]|hackeamos|jaquead[oa]|haquead[oa]|pichad[oa]|piratead[oa]|vulnerad[oa]|invadid[oa]|desfigurad[oa]|pirate|piratee|hacke|hackee|deface|gehackt|gekapert|geknackt|violato|hackerato|bucato|gehacked|gekraakt|zhakowan[aey]?|shackowan[aey]?|hackad|hacket|hakket)${LINK}(?:por|par|von|vom|durch|da|dal|dai|door|przez|av|af)`,
    ),
  ),
  strong(
    words(
      '(?:sitio|pagina|site|web|servidor|portal) (?:ha sido |fue |foi |a ete |est )?(?:hackead[oa]|hacke|pirate|invadid[oa]|haquead[oa]|tomado)|(?:seite|webseite|website|server) (?:wurde |ist )gehackt',
    ),
  ),
  signed(
    words(
      '(?:estuvo|estuvimos|esteve|estivemos) aqu[ií]|(?:etait|etaient|sont passes?|est passe) (?:ici|par la)|war(?:en)? hier|(?:e )?stat[oi] qui|was hier|tu byl[ia]?',
    ),
  ),
  // Turkish
  strong(
    /(?<![\p{L}\p{N}._-])(?:[\p{L}\p{N}._-]{1,40} ){1,5}taraf[ıi]ndan (?:hack|hekle|ele geç|ele gec|çökert|cokert|hacklen)|(?<!\p{L})(?:hacklendi|hacklenmi[sş]|heklendi|hack ?ed)(?!\p{L})/u,
  ),
  strong(
    /(?<!\p{L})(?:site|sitesi|siteniz|sunucu|sunucunuz|sistem|server) (?:ele ge[cç]irildi|hack ?lendi|heklendi|[cç]ökertildi|patlat[ıi]ld[ıi])/u,
  ),
  signed(/(?:buradayd[ıi]k?|buradan ge[cç]ti|u[gğ]rad[ıi]k?|burda[y]?d[ıi])(?=[\s!.~:)(<>-]*$)/u),
  weak(/(?<!\p{L})(?:siber (?:ordu|sava[sş]|tim)|ay y[iı]ld[iı]z tim|y[oö]netici(?:ye)? selam)/u),
  // Indonesian and Malay
  strong(
    words(
      `(?:diretas|dihack|di hack|di-hack|dibobol|dijebol|dideface|dikuasai|diambil alih|dihantam)${LINK}(?:oleh|by|sama)|telah (?:diretas|dihack|dibobol|dikuasai)`,
    ),
  ),
  signed(words('(?:mampir|pernah|singgah|ada|hadir|lewat) (?:di )?s[ie]ni|(?:pernah|telah) (?:di )?sini')),
  weak(
    words(
      'keamanan (?:anda|kalian|situs) (?:nol|lemah|buruk)|garuda security|indonesian? (?:hacker|cyber)|diretas|admin (?:tolong|bego|tidur)',
    ),
  ),
  // Persian
  strong(
    /(?<!\p{L})هک (?:شد|گردید|کردیم|می ?شود|شدید)|(?:توسط|بدست|به دست)(?: [^\s]{1,40}){1,6} (?:هک|نفوذ|تسخیر|تصرف)|ارتش سایبری/u,
  ),
  signed(/اینجا (?:بود|بودیم|بودند)(?=[\s!.~:)(<>-]*$)/u),
  weak(/(?:تسخیر|تصرف) (?:شد|گردید)|هک(?!\p{L})|امنیت .{0,20}صفر|سایت شما|سرور .{0,15}اختیار|نفوذ شد/u),
  // Arabic
  strong(
    /تم(?:ت)? (?:ال)?(?:اختراق|تهكير|قرصنة|هكر)|اخترق(?:نا|ت|ناكم)?(?: [^\s]{1,40}){0,2} (?:من|بواسطة|موقع)|الجيش (?:السيبراني|الالكتروني|الإلكتروني)|تمت? السيطرة على (?:الموقع|الخادم|السيرفر|النظام)|(?:الموقع|موقعكم|الصفحة) (?:مخترق|مهكر|تحت السيطرة)/u,
  ),
  signed(/(?<!\p{L})(?:مر|مروا|كان|كانوا|كنا) (?:من )?هنا/u),
  weak(/مخترق|حمايتكم|تحياتنا|تحية (?:الى|إلى)/u),
  // Russian, Ukrainian
  strong(
    /взломан[оаы]?(?:\s*[:=~>|–—-]|(?: \p{L}{1,40})? (?:хакер|групп|команд|ком)|$)|(?:сайт|портал|ресурс|сервер|страница)(?: был[ао]?)? (?:взломан|хакнут|захвачен|дефейс)|хакнут[оаы]?(?!\p{L})|зламан[оаий]* (?:хакер|груп)|сайт(?: було)? зламан/u,
  ),
  signed(
    /(?:здесь|тут) (?:был[аи]?|побывал[аи]?)(?!\p{L})|(?<!\p{L})(?:был[аи]?|побывал[аи]?) (?:здесь|тут)(?!\p{L})|(?:тут|здесь) (?:була|були|був)(?!\p{L})/u,
  ),
  weak(
    /взломан|дефейс|получил[аи]? доступ|(?<!\p{L})(?:привет|учи)[^\p{L}]*админ|база (?:данных )?(?:скачана|слита|украдена)|зламан/u,
  ),
  // Chinese, Japanese, Korean
  strong(
    /被.{0,20}(?:黑了|黑掉|入侵|攻陷|攻破|拿下|攻占|黑客)|已被.{0,3}(?:黑|入侵|攻陷|控制)|黑客(?:联盟|军团|入侵|团队)|网站已(?:被|沦陷)|(?:攻陷|拿下|入侵|黑了)(?:了)?(?:此|本|该|这|贵)?(?:个)?(?:服务器|网站|站点|站)/u,
  ),
  signed(/到此一[游遊]|(?:来过|來過)(?:这里|此处|此地)?|参上|見参/u),
  weak(/(?:数据库|权限)已|你们的(?:安全|数据)/u),
  strong(/ハッキングされ|乗っ取(?:り|った|られ)|해킹 ?(?:당|됐|되었|했|함|완료)/u),
  signed(/(?:왔다|다녀) ?(?:감|갑니다|간다)/u),
  hint(
    /(?<!\p{L})(?:ekibi|g[uü]venli[gğ]iniz|ele ge[cç]irildi|تیم|گروه|فريق|الحماية|هاكر|هكر|قراصنة|هکر|хакер[ыа]?|команда|группа|админ)(?!\p{L})|战队|小组|管理员|黑客|骇客|駭客/u,
  ),
  // Hindi, Urdu, Bengali, Vietnamese, Thai, Hebrew, Greek
  strong(
    /हैक (?:किया|कर|हो|हुआ)|ہیک (?:کر|ہو|شد)|হ্যাক (?:করা|হয়েছে|করেছে)|(?:bi|da bi|bị|đã bị) hack(?!\p{L})|(?:ถูก|โดน)แฮก|נפרצ?ה? (?:על ידי|ע"י)|(?:האתר|השרת) נפרץ|χακαριστ|παραβιαστηκε απο/u,
  ),
];

/** What of a line reads like a signature: how strong, and what it is said of; null where nothing does. */
export interface Signing {
  readonly strength: 'strong' | 'weak';
  /** Text before the telling words. */
  readonly before: string;
  readonly signed: boolean;
}

export function signingIn(reading: string): Signing | null {
  const found = PHRASES.flatMap(({ pattern, ...phrase }) => {
    const at = reading.search(pattern);
    return at < 0 ? [] : [{ ...phrase, at }];
  }).sort((a, b) => rankOf(a) - rankOf(b) || a.at - b.at);
  const [best] = found;
  if (!best || best.strength === 'hint') return null;
  // Two different weak ones in one line are as telling as a strong one.
  const strength = best.strength === 'strong' || found.length > 1 ? 'strong' : 'weak';
  return { strength, before: reading.slice(0, best.at), signed: best.signed };
}

function rankOf({ strength, signed: isSigned }: Pick<Phrase, 'strength' | 'signed'>): number {
  return { strong: isSigned ? 1 : 0, weak: 2, hint: 3 }[strength];
}

const SELF = new Set(
  `this these the our your my site sites website webpage web page pages homepage server servers system systems security portal domain blog you u we i it is was has have been got are just now so and by to sorry admin dear hello hi hey oops ops lol
   este esta sitio pagina pagina sito questo questa ha sido fue foi servidor nuestro su tu seu o a il ce cette votre le la a ete est diese dieser deine eure ihre seite webseite wurde ist der die das strona ta zostala deze
   bu site sitesi siteniz web sayfa sunucu sunucunuz sistem sisteminiz situs ini laman halaman anda kalian telah sudah kami peladen
   این سایت وب وبسایت تارنما صفحه سرور شما ما هذا الموقع موقع موقعكم الصفحة الخادم السيرفر لقد قد على
   этот сайт эта страница ресурс портал сервер ваш ваша ваше был была цей ваш
   本 本站 网站 本网站 该 此 此网站 您 您的 你的 你们 你们的 服务器 贵站 站 已 サイト 当 この は が を も の 이 사이트 홈페이지`.split(
    /\s+/,
  ),
);

/** A word for the site itself, or one that says nothing of whom it is said. */
export function meansThisSite(word: string): boolean {
  return SELF.has(word);
}
