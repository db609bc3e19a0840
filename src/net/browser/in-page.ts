/**
 * What we run inside a page, as source text: it is compiled by the browser, never by us, so no build step can change it.
 *
 * AT_START runs in the page's own world before its scripts. The others run in an isolated world, where the page
 * cannot have replaced a function we call.
 */

import { CONCEALED } from './in-page-concealed.js';
import { LAYOUT } from './in-page-layout.js';
import { SEEN, TEXT } from './in-page-text.js';
import { SEED, seeded } from './sampling.js';

/** Where AT_START leaves what SETTLE wants to know. A symbol: pages do not trip over it. */
const PLANS = `Symbol.for('siteward.plans')`;

/** The same random numbers each time, nothing that moves, videos as empty boxes. */
export const AT_START = `(() => {${seeded(SEED)}
  const still = new CSSStyleSheet();
  still.replaceSync(\`
    *, *::before, *::after {
      animation-duration: 0s !important; animation-delay: 0s !important; animation-iteration-count: 1 !important;
      transition-duration: 0s !important; transition-delay: 0s !important;
      scroll-behavior: auto !important; caret-color: transparent !important;
    }
    video { visibility: hidden !important; }\`);
  const freeze = (root) => { root.adoptedStyleSheets = [...root.adoptedStyleSheets, still]; };
  freeze(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function attachShadow(init) {
    const root = attach.call(this, init);
    freeze(root);
    return root;
  };
  const plans = { scroll: false, due: 0 };
  Object.defineProperty(window, ${PLANS}, { value: plans });
  const Observer = window.IntersectionObserver;
  window.IntersectionObserver = class IntersectionObserver extends Observer {
    constructor(...args) { super(...args); plans.scroll = true; }
  };
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function addEventListener(type, ...rest) {
    if (type === 'scroll') plans.scroll = true;
    return listen.call(this, type, ...rest);
  };
  // What a page puts off for a moment belongs to it. A timer set by a timer does not count: tickers never end.
  const now = performance.now.bind(performance), later = window.setTimeout;
  let inTimer = false;
  window.setTimeout = function setTimeout(run, ms, ...rest) {
    if (typeof run !== 'function') return later.call(window, run, ms, ...rest);
    if (!inTimer && ms <= 500) plans.due = Math.max(plans.due, now() + Number(ms));
    return later.call(window, function (...args) {
      inTimer = true;
      try { return run.apply(this, args); } finally { inTimer = false; }
    }, ms, ...rest);
  };
})()`;

/**
 * Evaluated in the page's own world: does it wait for scrolling, and for how many milliseconds is something planned?
 * The page may lie about both, and then loses a picture or half a second.
 */
export const READ_PLANS = `(({ scroll, due }) => ({ scroll: scroll === true, wait: Math.max(0, due - performance.now()) }))(window[${PLANS}] ?? {})`;

/**
 * Brings the page to rest: fonts, lazy pictures, animations. Bounded by \`ms\`; what is not there by then is not waited for.
 * Expression of a function (options) => Promise<{width, height}>.
 */
export const SETTLE = `async ({ ms, maxHeight, scroll, wait }) => {
  const deadline = performance.now() + ms;
  const left = () => Math.max(0, deadline - performance.now());
  const atMost = (promise, limit) =>
    Promise.race([promise.catch(() => {}), new Promise((done) => setTimeout(done, Math.min(limit, left())))]);
  const frame = () => atMost(new Promise((done) => requestAnimationFrame(() => setTimeout(done))), 100);
  const size = () => {
    const root = document.documentElement, body = document.body;
    return {
      width: Math.max(root?.scrollWidth ?? 0, innerWidth),
      height: Math.max(root?.scrollHeight ?? 0, body?.scrollHeight ?? 0, innerHeight),
    };
  };
  if (wait > 0) await new Promise((done) => setTimeout(done, wait + 10));
  if (document.fonts.status !== 'loaded') await atMost(document.fonts.ready, 2000);
  const height = Math.min(size().height, maxHeight);
  if (scroll && height > innerHeight) {
    for (let y = innerHeight; y < height && left() > ms / 3; y += innerHeight) {
      scrollTo(0, y);
      await frame();
    }
    scrollTo(0, 0);
    await frame();
  }
  const missing = [...document.images].slice(0, 500).filter((image) => !image.complete);
  if (missing.length > 0) {
    await atMost(Promise.all(missing.map((image) => new Promise((done) => {
      image.addEventListener('load', done, { once: true });
      image.addEventListener('error', done, { once: true });
    }))), 3000);
  }
  for (const animation of document.getAnimations()) {
    // An endless one has no end to go to.
    try { animation.finish(); } catch { animation.cancel(); }
  }
  return size();
}`;

// READ in parts: one function in the page, so each part sees the names of those before it.

/** Styles and visibility, each computed once. A layer that lets clicks through is made to count for the hit tests. */
const STYLES = `
  const deadline = performance.now() + 2500;
  const late = () => performance.now() > deadline;
  const root = document.documentElement;
  if (!root) return { title: '', html: '', text: '', overlays: [], concealed: [], boxes: [], layout: { covered: [], top: [], pictures: [] } };

  // A layer that lets clicks through still covers what is below it.
  const solid = new CSSStyleSheet();
  solid.replaceSync('*, *::before, *::after { pointer-events: auto !important; }');
  const sheets = [...document.adoptedStyleSheets];
  document.adoptedStyleSheets = [...sheets, solid];

  const styles = new Map();
  const styleOf = (element) => {
    let style = styles.get(element);
    if (!style) styles.set(element, (style = getComputedStyle(element)));
    return style;
  };
  const parentOf = (node) => node.parentElement ?? (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
  const memo = (compute) => {
    const known = new Map();
    return (element) => {
      if (!element) return undefined;
      if (!known.has(element)) known.set(element, compute(element));
      return known.get(element);
    };
  };
  const shown = memo((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
  // The usual way to hide text from all but screen readers: a box of one pixel that cuts off the rest.
  const collapsed = (element) => {
    for (let at = element, depth = 0; at && depth < 6; at = parentOf(at), depth += 1) {
      if (at === root || at === document.body) return false;
      if (at.clientWidth <= 1 && at.clientHeight <= 1 && at.offsetWidth > 0 && styleOf(at).overflow !== 'visible') return true;
    }
    return false;
  };
  const hidden = memo(collapsed);
`;

/** Whether something opaque lies on top of a point of an element. */
const COVER = `
  const alpha = (colour) => {
    const parts = /^rgba\\((.*)\\)$/.exec(colour);
    return parts ? Number(parts[1].split(/[ ,/]+/)[3]) : colour === 'transparent' ? 0 : 1;
  };
  const PICTURES = new Set(['IMG', 'IFRAME', 'FRAME', 'CANVAS', 'OBJECT', 'EMBED', 'VIDEO', 'svg']);
  const opacityOf = memo((element) => {
    let opacity = 1;
    for (let at = element, depth = 0; at && depth < 30; at = parentOf(at), depth += 1) opacity *= Number(styleOf(at).opacity);
    return opacity;
  });
  const opaque = memo((element) => {
    const style = styleOf(element);
    if (style.visibility !== 'visible' || opacityOf(element) < 0.9) return false;
    return PICTURES.has(element.tagName) || alpha(style.backgroundColor) >= 0.9 || style.backgroundImage.includes('url(');
  });
  const lightHost = (element) => {
    let at = element;
    while (at.getRootNode() instanceof ShadowRoot) at = at.getRootNode().host;
    return at;
  };
  let tests = 0;
  const covered = (element, x, y) => {
    if (tests >= 2000 || late()) return false;
    tests += 1;
    const self = lightHost(element);
    for (const above of document.elementsFromPoint(x, y)) {
      if (above === self || above.contains(self) || self.contains(above)) return false;
      if (opaque(above)) return true;
    }
    return false;
  };
`;

/** Layers over most of the window, and whether they cover a point where no hit test reaches. */
const OVERLAYS = `
  const pathOf = (element) => {
    const steps = [];
    for (let at = element; at && at !== root && steps.length < 6; at = at.parentElement) {
      if (at.id) { steps.unshift('#' + CSS.escape(at.id)); break; }
      const name = at.localName;
      const same = at.parentElement ? [...at.parentElement.children].filter((child) => child.localName === name) : [at];
      steps.unshift(same.length > 1 ? name + ':nth-of-type(' + (same.indexOf(at) + 1) + ')' : name);
    }
    return steps.join(' > ').slice(0, 300);
  };
  const owners = new Map();
  const COLUMNS = 8, ROWS = 6;
  for (let column = 0; column < COLUMNS; column += 1) for (let row = 0; row < ROWS; row += 1) {
    const stack = document.elementsFromPoint((column + 0.5) * innerWidth / COLUMNS, (row + 0.5) * innerHeight / ROWS);
    const top = stack.find((element) => opaque(element));
    for (let at = top; at && at !== document.body && at !== root; at = parentOf(at)) {
      const position = styleOf(at).position;
      if (position === 'fixed' || position === 'absolute') {
        owners.set(at, (owners.get(at) ?? 0) + 1);
        break;
      }
    }
  }
  const over = [...owners].filter(([, hits]) => hits * 2 > COLUMNS * ROWS).map(([element]) => element);
  // Where no hit test reaches, a box that covers the window goes on covering: fixed everywhere, absolute as far as it extends.
  const blankets = over.map((element) => ({ element, fixed: styleOf(element).position === 'fixed', box: element.getBoundingClientRect() }));
  const under = (element, x, y) => blankets.some(({ element: blanket, fixed, box }) =>
    !blanket.contains(lightHost(element)) &&
    (fixed ? box.width >= innerWidth * 0.95 && box.height >= innerHeight * 0.95
           : x >= box.left && x <= box.right && y >= box.top && y <= box.bottom));
`;

/** The boxes asked for, the serialised DOM, and all of it together. */
const RESULT = `
  const boxes = selectors.map((selector) => {
    let found = [];
    try { found = [...document.querySelectorAll(selector)].slice(0, 200); } catch { /* not a selector: no box */ }
    return { selector, boxes: found.map((element) => element.getBoundingClientRect()).filter((box) => box.width > 0 && box.height > 0)
      .map((box) => ({ x: box.left + scrollX, y: box.top + scrollY, width: box.width, height: box.height })) };
  });
  const doctype = document.doctype ? '<!DOCTYPE ' + document.doctype.name + '>' : '';
  const shell = root.cloneNode(false).outerHTML;
  const open = shell.endsWith('</html>') ? shell.slice(0, -7) : shell;
  const html = doctype + open + root.getHTML({ shadowRoots: shadows.slice(0, 1000) }) + '</html>';
  return { title: document.title.slice(0, 65536), html: html.slice(0, maxHtml), text: lines.join('\\n').slice(0, maxText), overlays: over.map(pathOf), concealed, boxes, layout };
`;

/**
 * Reads what a visitor sees. Expression of a function (options) => object; everything bounded.
 * Text counts when it has a box, is not hidden by style, and nothing opaque lies on top of it.
 */
export const READ = `({ selectors, maxHtml, maxText, maxNodes }) => {${STYLES}${COVER}${OVERLAYS}${SEEN}${TEXT}${CONCEALED}${LAYOUT}${RESULT}}`;
