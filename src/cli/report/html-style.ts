/** The style sheet of every HTML report. One constant: the page's policy allows exactly this text. */

const COLORS = `
:root{color-scheme:light dark;
--paper:#f7f7f5;--card:#fff;--ink:#1b1c1e;--dim:#5b6066;--rule:#e3e3df;--well:#f1f1ee;--mark:#1b1c1e;
--good:#17653a;--good-wash:#e2f2e8;--bad:#a8201a;--bad-wash:#fbe5e3;--warning:#7d5200;--warning-wash:#faeed3;
--unsure:#643a98;--unsure-wash:#efe7f8}
@media (prefers-color-scheme:dark){:root{
--paper:#131416;--card:#1b1d20;--ink:#e9e9e6;--dim:#a5a9af;--rule:#303338;--well:#141618;--mark:#fff;
--good:#7ad6a2;--good-wash:#16301f;--bad:#ff968c;--bad-wash:#3d1b19;--warning:#f0bd5b;--warning-wash:#35280d;
--unsure:#c9abf4;--unsure-wash:#2b1f3b}}
.good{--tone:var(--good);--wash:var(--good-wash)}
.bad{--tone:var(--bad);--wash:var(--bad-wash)}
.warning{--tone:var(--warning);--wash:var(--warning-wash)}
.unsure{--tone:var(--unsure);--wash:var(--unsure-wash)}`;

const TYPE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
"Vazirmatn","Noto Sans Arabic","Noto Naskh Arabic","Geeza Pro","PingFang SC","Hiragino Sans","Microsoft YaHei","Noto Sans CJK SC",
"Droid Sans Fallback",sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 32px}
h1,h2,h3,p,ul,ol,dl,dd,figure,fieldset,blockquote{margin:0;padding:0}
h1{font-size:44px;line-height:1.1;letter-spacing:-.02em;font-weight:700}
h2{font-size:24px;line-height:1.25;letter-spacing:-.01em;font-weight:650}
h3{font-size:13px;line-height:1.4;font-weight:600;color:var(--dim);letter-spacing:.02em;margin:44px 0 14px}
code,kbd,.mono{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
bdi,code,.mono{overflow-wrap:anywhere}
a{color:inherit}
.dim{color:var(--dim)}
.hidden-character{font:11px/1 ui-monospace,monospace;background:var(--warning-wash);color:var(--warning);padding:1px 4px;border-radius:3px}
:focus-visible{outline:2px solid var(--mark);outline-offset:2px;border-radius:4px}`;

const HEAD = `
header{padding-top:56px;padding-bottom:8px}
.brand{font-weight:650;letter-spacing:-.01em;display:flex;gap:10px;align-items:baseline;margin-bottom:40px}
.brand .dim{font-weight:400;font-size:14px}
.decision{color:var(--tone);display:flex;gap:14px;align-items:baseline}
.lead{font-size:20px;line-height:1.45;margin-top:10px;max-width:44em}
.meta{color:var(--dim);font-size:14px;margin-top:10px}
.overview{list-style:none;margin:40px 0 0;border-top:1px solid var(--rule)}
.overview li{border-bottom:1px solid var(--rule)}
.overview a{display:grid;grid-template-columns:1.4em minmax(7em,15em) 1fr auto;gap:4px 14px;padding:12px 0;text-decoration:none;align-items:baseline}
.overview a:hover .id{text-decoration:underline}
.overview .id{font-weight:600}
.overview .state,.tick{color:var(--tone)}
.checks{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:14px;color:var(--dim);white-space:nowrap}
.checks .tick{margin-inline-end:5px;font-weight:700}`;

const SITE = `
article{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:36px 40px 40px;margin:36px 0;scroll-margin-top:16px}
article.quiet{padding:22px 40px;margin:16px 0}
.badge{display:inline-block;background:var(--wash);color:var(--tone);border-radius:99px;padding:3px 12px;font-size:14px;font-weight:600;margin-bottom:14px}
.address{color:var(--dim);margin-top:3px}
.sentence{font-size:19px;line-height:1.5;margin-top:20px;max-width:42em}
.facts{display:flex;flex-wrap:wrap;gap:18px 38px;margin-top:24px}
.facts dt{font-size:13px;color:var(--dim)}
.facts dd{font-weight:550}
.facts .checks{font-size:15px;color:inherit;font-weight:400}
.finding{border-top:1px solid var(--rule);padding:18px 0 20px}
.finding:last-child{padding-bottom:0}
.finding .says{font-weight:600;max-width:46em}
.finding .says .word{color:var(--tone);margin-inline-end:8px}
.finding .about{font-size:14px;color:var(--dim);margin-top:2px}
.values{display:grid;grid-template-columns:5.5em 1fr;gap:6px 16px;margin-top:12px;align-items:baseline}
.values dt{font-size:13px;color:var(--dim)}
.values dd{min-width:0}
.values bdi{display:block}
.values .expected,.values .actual{border-radius:6px;padding:6px 14px;background:var(--well)}
.values .expected{box-shadow:inset 3px 0 var(--good)}
.values .actual{box-shadow:inset 3px 0 var(--bad)}
del,ins{text-decoration-thickness:1px;text-underline-offset:3px;border-radius:3px;padding:0 2px}
del{background:var(--good-wash);color:var(--good);text-decoration:underline dotted}
ins{background:var(--bad-wash);color:var(--bad);text-decoration:underline}
.lines{background:var(--well);border-radius:8px;padding:10px 0;font-size:15px;max-height:520px;overflow:auto}
.lines div{display:grid;grid-template-columns:2.2em 1fr;padding:1px 14px 1px 0}
.lines .sign{text-align:center;color:var(--dim);user-select:none}
.lines .removed{background:var(--good-wash);color:var(--good)}
.lines .added{background:var(--bad-wash);color:var(--bad)}
.lines .removed .sign,.lines .added .sign{color:inherit}
.legend{font-size:13px;color:var(--dim);margin:8px 0 0}
.name{font-size:14px;margin:18px 0 6px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:15px}
th{text-align:start;font-size:13px;font-weight:500;color:var(--dim);padding:0 16px 8px 0;white-space:nowrap}
td{padding:9px 16px 9px 0;border-top:1px solid var(--rule);vertical-align:baseline}
tr.differs td{background:var(--bad-wash)}
tr.differs .verdict{color:var(--bad);font-weight:600}
td:first-child,th:first-child{padding-inline-start:12px}
td.number{white-space:nowrap}
.missing{border-inline-start:3px solid var(--unsure);padding:2px 0 2px 14px;margin-top:10px;max-width:46em}
.next{padding-inline-start:1.3em}
.next li{margin-top:10px;max-width:46em}
.next li::marker{color:var(--dim)}
.next code{display:block;width:fit-content;max-width:100%;background:var(--well);border-radius:6px;padding:6px 12px;margin-top:5px;user-select:all}
footer{padding-top:16px;padding-bottom:64px;font-size:14px;color:var(--dim)}`;

const PICTURES = `
.comparison{margin-top:4px;border:0;min-width:0}
.comparison+.comparison{margin-top:36px}
.comparison legend{padding:0;font-weight:550;margin-bottom:10px}
.comparison>input{position:absolute;opacity:0;pointer-events:none}
.comparison>label{display:inline-block;padding:5px 14px;margin:0 2px 12px 0;border-radius:99px;font-size:14px;color:var(--dim);cursor:pointer}
.comparison>label:hover{color:var(--ink)}
.comparison>input:checked+label{background:var(--ink);color:var(--card)}
.comparison>input:focus-visible+label{outline:2px solid var(--mark);outline-offset:2px}
.frame{max-height:min(76vh,860px);overflow:auto;background:var(--well);border:1px solid var(--rule);border-radius:8px;overscroll-behavior:auto}
.stage{display:grid;width:fit-content;max-width:100%;margin:0 auto;grid-template-columns:1fr 1fr;gap:8px;align-items:start;position:relative}
.stage img{display:block;max-width:100%;height:auto}
.stage.one{grid-template-columns:1fr}
.stage .difference{display:none}
.cut{display:none;align-items:center;gap:14px;font-size:14px;color:var(--dim);margin-bottom:10px}
.cut input{flex:1;accent-color:var(--ink);height:24px;margin:0;min-width:0}
.js .view-compare:checked~.cut{display:flex}
.js .view-compare:checked~.frame .stage{grid-template-columns:1fr;gap:0;cursor:ew-resize;touch-action:pan-y;user-select:none}
.js .view-compare:checked~.frame .stage img{grid-area:1/1}
.js .view-compare:checked~.frame .before{clip-path:inset(0 calc(100% - var(--cut,50%)) 0 0)}
.js .view-compare:checked~.frame .after{clip-path:inset(0 0 0 var(--cut,50%))}
.js .view-compare:checked~.frame .stage::after{content:"";position:absolute;top:0;bottom:0;left:var(--cut,50%);width:2px;margin-left:-1px;background:#fff;box-shadow:0 0 0 1px rgba(0,0,0,.55)}
.view-before:checked~.frame .stage,.view-after:checked~.frame .stage,.view-difference:checked~.frame .stage{grid-template-columns:1fr}
.view-before:checked~.frame .after,.view-after:checked~.frame .before,.view-difference:checked~.frame .before,.view-difference:checked~.frame .after{display:none}
.view-difference:checked~.frame .difference{display:block}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:24px}
.gallery .frame{max-height:420px}
figcaption{font-size:14px;margin-top:8px}
.alike{font-size:14px;color:var(--dim);margin:6px 0 10px}
.dropped{font-size:14px;color:var(--dim);border:1px dashed var(--rule);border-radius:8px;padding:14px 18px}`;

const NARROW = `
@media (max-width:640px){
body{font-size:15.5px}
main,header,footer{padding-left:18px;padding-right:18px}
header{padding-top:28px}.brand{margin-bottom:26px}
h1{font-size:36px}.lead{font-size:18px}.sentence{font-size:17.5px}
article{padding:24px 18px 26px;margin:22px -8px;border-radius:12px}article.quiet{padding:18px}
.overview a{grid-template-columns:1.4em 1fr}
.overview .state,.overview .checks{grid-column:2}
.values{grid-template-columns:1fr;gap:2px}.values dd{margin-bottom:8px}
.stage{grid-template-columns:1fr}
.comparison>label{padding:5px 11px;margin-right:0}
thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
table,tbody{display:block}
tr{display:grid;grid-template-columns:repeat(4,auto) 1fr;gap:0 8px;padding:12px;border-top:1px solid var(--rule);align-items:baseline}
tr.differs{background:var(--bad-wash)}
td,td:first-child,tr.differs td{display:block;padding:0;border:0;background:none;font-size:14px;color:var(--dim)}
tr td.resolver{grid-column:1/-1;font-size:15.5px;font-weight:600;color:var(--ink)}
tr td.answer,td.verdict{grid-column:1/-1;order:1;color:var(--ink)}
.facts{gap:14px 30px}}`;

const PRINT = `
@media print{
:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--dim:#444;--rule:#ccc;--well:#f4f4f2;
--good:#17653a;--good-wash:#e2f2e8;--bad:#a8201a;--bad-wash:#fbe5e3;--warning:#7d5200;--warning-wash:#faeed3;--unsure:#643a98;--unsure-wash:#efe7f8}
body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main,header,footer{max-width:none;padding-left:0;padding-right:0}header{padding-top:0}
article{border:0;border-top:1px solid #999;border-radius:0;padding:18px 0;margin:18px 0}
.finding,figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
.comparison>label,.comparison>input,.cut{display:none!important}
.frame,.lines{max-height:none!important;overflow:visible;border:0}
.js .comparison .frame .stage,.comparison .frame .stage{display:grid!important;grid-template-columns:repeat(3,1fr)!important;gap:8px!important}
.js .comparison .frame .stage img,.comparison .frame .stage img{display:block!important;grid-area:auto!important;clip-path:none!important;border:1px solid #ccc}
.stage::after{display:none!important}
.stage img{max-height:200mm;object-fit:cover;object-position:top}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}`;

export const STYLE = [COLORS, TYPE, HEAD, SITE, PICTURES, NARROW, PRINT].join('');

/**
 * Moves the line between two pictures and scrolls a tall one to its first change. Without it both pictures stand side
 * by side from the top, and nothing is lost.
 */
export const SCRIPT = `
document.documentElement.classList.add('js');
for (const box of document.querySelectorAll('.comparison')) {
  const range = box.querySelector('.cut input');
  const stage = box.querySelector('.stage');
  if (!range || !stage) continue;
  const show = () => {
    stage.style.setProperty('--cut', range.value + '%');
    range.setAttribute('aria-valuetext', range.value + ' % ' + range.dataset.before + ', ' + (100 - range.value) + ' % ' + range.dataset.after);
  };
  const drag = (event) => {
    if (event.buttons !== 1 || !box.querySelector('.view-compare').checked) return;
    const area = stage.getBoundingClientRect();
    range.value = Math.round(((event.clientX - area.left) / area.width) * 100);
    show();
  };
  range.addEventListener('input', show);
  stage.addEventListener('pointerdown', drag);
  stage.addEventListener('pointermove', drag);
  stage.addEventListener('dragstart', (event) => event.preventDefault());
  show();
}
for (const frame of document.querySelectorAll('.frame[data-start]')) {
  const picture = frame.querySelector('.after') || frame.querySelector('img');
  const place = () => {
    frame.scrollTop = Math.max(0, (Number(frame.dataset.start) * picture.clientWidth) / Number(picture.getAttribute('width')) - 48);
  };
  if (picture) picture.decode().then(place, place);
}
`;
