/** A part of READ in in-page.ts: where the first texts and the large pictures of the first screen stand. */

/**
 * `layout`: the lines that only something on top keeps from being seen; the first lines with the size of their letters and the boxes
 * they stand in, up to the outermost one that holds nothing else; the large pictures and their addresses. In pixels of the whole page.
 */
export const LAYOUT = `
  const onPage = (box) => ({ x: box.left + scrollX, y: box.top + scrollY, width: box.width, height: box.height });
  const aloneIn = (element, text) => {
    let at = element;
    for (let above = parentOf(at), depth = 0; above && above !== document.body && above !== root && depth < 5; above = parentOf(above), depth += 1) {
      if (above.childElementCount > 4 || plain(above.textContent.slice(0, 20000)).length > text.length * 1.2 + 12) break;
      at = above;
    }
    return at;
  };
  const top = late() ? [] : standing.flatMap(({ text, block, size }) => {
    const box = aloneIn(block, text).getBoundingClientRect();
    return box.top < innerHeight && box.width > 0 ? [{ text: text.slice(0, 5000), box: onPage(box), size }] : [];
  });
  const LARGE = innerWidth * innerHeight * 0.04;
  const painted = [...styles].flatMap(([element, style]) => {
    const address = /url\\("([^"]+)"\\)/.exec(style.backgroundImage);
    return address ? [[element, address[1]]] : [];
  });
  const shots = late() ? [] : [...[...document.images].slice(0, 300).map((image) => [image, image.currentSrc || image.src]), ...painted];
  // One that something lies on shows that, and not itself.
  const free = (element, box) => [0.03, 0.25, 0.5, 0.75, 0.97].every((across) => [0.03, 0.15, 0.5, 0.85, 0.97].every((down) => {
    const x = box.left + box.width * across, y = box.top + box.height * down;
    const above = document.elementsFromPoint(x, y);
    const own = above.findIndex((at) => at === element || element.contains(at) || at.contains(element));
    return own < 0 || above.slice(0, own).every((at) => !opaque(at));
  }));
  const pictures = shots.slice(0, 1000).flatMap(([element, src]) => {
    const box = element.getBoundingClientRect();
    const large = box.width * box.height >= LARGE && box.top < innerHeight && box.bottom > 0;
    return large && /^https?:/.test(src) && shown(element) && free(element, box) ? [{ src: src.slice(0, 2048), box: onPage(box) }] : [];
  }).slice(0, 20);
  const layout = { covered: below, top, pictures };
`;
