/** A part of READ in in-page.ts: links that style rules hide. Whoever sells links puts them where no visitor sees them. */

/**
 * `concealed`: for each outermost element that nobody sees and that holds links to other hosts, its path and the links
 * in it, its own site's too: those tell a closed menu from a hiding place. An address that can be seen elsewhere on the
 * page is not hidden.
 */
export const CONCEALED = `
  const FAR = 2000;
  const cutOff = memo((element) => {
    for (let at = element, depth = 0; at && at !== document.body && at !== root && depth < 8; at = parentOf(at), depth += 1) {
      const style = styleOf(at);
      if (style.overflow !== 'visible' && at.offsetParent !== null && (at.clientWidth <= 1 || at.clientHeight <= 1) && style.display !== 'inline') return true;
      if (/^inset\\((?:50|100)%/.test(style.clipPath) || /^rect\\(0px,? 0px,? 0px,? 0px\\)$/.test(style.clip)) return true;
    }
    return false;
  });
  const away = (boxes) => boxes.every((box) => box.right + scrollX < -FAR || box.bottom + scrollY < -FAR || box.left + scrollX > FAR * 4);
  const tiny = (boxes) => boxes.every((box) => box.width < 2 || box.height < 2);
  const unseen = memo((element) => {
    if (!shown(element) || hidden(element) || cutOff(element) || opacityOf(element) < 0.05) return true;
    return away([element.getBoundingClientRect()]);
  });
  // An icon may stand for the words: then the words are put away, and the link is not.
  const worded = (link) => link.textContent.trim() !== '' && !link.querySelector('img, svg, picture, canvas, video') &&
    styleOf(link).backgroundImage === 'none' && getComputedStyle(link, '::before').content === 'none';
  const unreadable = (link) => {
    if (unseen(link)) return true;
    const inner = [...link.querySelectorAll('*')].slice(0, 20);
    if (!worded(link)) return tiny([link, ...inner].map((element) => element.getBoundingClientRect()));
    range.selectNodeContents(link);
    const boxes = [...range.getClientRects()];
    const words = inner.find((element) => !element.firstElementChild && element.textContent.trim() !== '') ?? link;
    return away(boxes) || tiny(boxes) || parseFloat(styleOf(words).fontSize) < 2 || alpha(styleOf(words).color) < 0.05;
  };
  const links = [...document.querySelectorAll('a[href], area[href]')].slice(0, 3000);
  const abroad = links.filter((link) => /^https?:/.test(link.href ?? '') && link.host !== location.host);
  const dark = late() ? [] : abroad.filter(unreadable);
  const bright = new Set(abroad.filter((link) => !dark.includes(link)).map((link) => link.href));
  const places = new Map();
  for (const link of dark) {
    if (bright.has(link.href)) continue;
    let place = link;
    for (let at = parentOf(link); at && at !== document.body && at !== root && unseen(at); at = parentOf(at)) place = at;
    places.set(place, [...(places.get(place) ?? []), link.href]);
  }
  const concealed = [...places].slice(0, 50).map(([place, foreign]) => {
    const beside = links.filter((link) => place.contains(link) && !foreign.includes(link.href)).map((link) => link.href);
    return { where: pathOf(place), links: [...foreign.slice(0, 50), ...beside.slice(0, 50)].map((href) => String(href).slice(0, 2048)) };
  });
`;
