/** Parts of READ in in-page.ts: the text of a page, and what of it a visitor sees. */

/** Whether a visitor sees a piece of text. */
export const SEEN = `
  const range = document.createRange();
  const boxIn = (rects) => {
    const rect = [...rects].find((box) => box.width > 0.5 && box.height > 0.5);
    return rect && rect.right + scrollX > 0 && rect.bottom + scrollY > 0 ? rect : null;
  };
  const buried = (element, rect) => {
    const x = (Math.max(rect.left, 0) + Math.min(rect.right, innerWidth)) / 2, y = rect.top + rect.height / 2;
    const inWindow = x >= 0 && x < innerWidth && y >= 0 && y < innerHeight;
    return inWindow ? covered(element, x, y) : under(element, x, y);
  };
  const seen = (element, rects) => {
    const rect = boxIn(rects);
    return rect !== null && !buried(element, rect);
  };
`;

/** The visible text, block by block in reading order; beside it what would be visible if nothing lay on top. */
export const TEXT = `
  const lines = [], standing = [], below = [];
  let line = '', letters = 0, block = null, size = 0, nodes = 0, grave = '', pit = null;
  const plain = (text) => text.replace(/[\\s\\u00a0]+/g, ' ').trim();
  const endLine = () => {
    const text = plain(line);
    if (text) { lines.push(text); size += text.length + 1; }
    if (text && standing.length < 30) standing.push({ text, block, size: letters });
    line = '';
  };
  const endGrave = () => {
    const text = plain(grave).slice(0, 5000);
    if (text && below.length < 1000) below.push(text);
    grave = '';
  };
  const blockOf = memo((element) => {
    for (let at = element; at; at = parentOf(at)) {
      const display = styleOf(at).display;
      if (!display.startsWith('inline') && display !== 'contents') return at;
    }
    return root;
  });
  const say = (element, text) => {
    const owner = blockOf(element);
    if (owner !== block) { endLine(); block = owner; letters = parseFloat(styleOf(element).fontSize) || 0; }
    line += text;
  };
  const bury = (element, text) => {
    const owner = blockOf(element);
    if (owner !== pit) { endGrave(); pit = owner; }
    grave += text.slice(0, 5000);
  };
  const SILENT = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'OPTION', 'svg', 'TEXTAREA']);
  const BUTTONS = new Set(['submit', 'button', 'reset']);
  const shadows = [];
  const queue = [root];
  while (queue.length > 0 && nodes < maxNodes && size < maxText && !late()) {
    const node = queue.pop();
    nodes += 1;
    if (node.nodeType === 3) {
      const element = parentOf(node);
      if (!element || !shown(element) || hidden(element)) continue;
      if (!node.data.trim()) { line += ' '; continue; }
      range.selectNodeContents(node);
      const rect = boxIn(range.getClientRects());
      if (rect && buried(element, rect)) bury(element, node.data);
      else if (rect) say(element, node.data.slice(0, maxText));
    } else if (node.nodeType === 1 || node.nodeType === 11) {
      if (node.nodeType === 1) {
        if (node.shadowRoot) shadows.push(node.shadowRoot);
        if (SILENT.has(node.tagName)) continue;
        if (node.tagName === 'BR') endLine();
        if (node.tagName === 'INPUT' && BUTTONS.has(node.type) && shown(node) && seen(node, node.getClientRects())) say(node, node.value);
      }
      const within = node.shadowRoot ? [node.shadowRoot] : node.tagName === 'SLOT' && node.assignedNodes().length > 0 ? node.assignedNodes() : node.childNodes;
      for (let at = within.length - 1; at >= 0; at -= 1) queue.push(within[at]);
    }
  }
  endLine();
  endGrave();
  document.adoptedStyleSheets = sheets;
`;
