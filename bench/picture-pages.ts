/** Pages drawn to be photographed: text as documentation has it, and pictures as an agency's front page has them. */

export interface ShotPage {
  readonly kind: 'text' | 'pictures';
  /** Pixels. */
  readonly height: number;
  /** What was done to it since it was approved. */
  readonly change: 'none' | 'small' | 'big' | 'shifted';
}

export function pageOf({ kind, height, change }: ShotPage): string {
  const blocks = kind === 'text' ? paragraphs(height) : tiles(height);
  const content = blocks.map((block, at) => (change === 'small' && at === 1 ? altered(block) : block)).join('\n');
  const bar = change === 'shifted' ? '<div class="bar">The office is closed on Monday.</div>' : '';
  const night = change === 'big' ? 'main{background:#14213d;color:#f1f1f1} main img{filter:invert(1)}' : '';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shots</title><style>
body{margin:0;font:16px/1.5 sans-serif;background:#fff;color:#222;height:${height}px;overflow:hidden}
header{background:#264653;color:#fff;padding:16px 40px;height:48px}
main{padding:24px 40px;min-height:${height}px} p{max-width:70ch} .bar{background:#fca311;padding:8px 40px;height:44px}
figure{display:inline-block;margin:8px;width:380px} ${night}
</style></head><body>${bar}<header><strong>Global Summit</strong></header><main>${content}</main></body></html>`;
}

function altered(block: string): string {
  return block.replace('seats in the main hall', 'hacked by the red team').replace('hue-rotate(40deg)', 'invert(1)');
}

const SENTENCES = [
  'The programme brings together researchers, engineers and citizens from more than ninety countries.',
  'Sessions are streamed in six languages and recordings follow within a day of each panel.',
  'Registration closes on Friday evening, and seats in the main hall are already taken.',
  'Interpreters for the plenary sessions were announced by the organisers last week.',
];

function paragraphs(height: number): string[] {
  return Array.from({ length: Math.ceil(height / 120) }, (_, at) => {
    const words = [0, 1, 2, 3].map((step) => SENTENCES[(at + step) % SENTENCES.length]).join(' ');
    return `<h2>Chapter ${at + 1}</h2><p>${words}</p>`;
  });
}

/** Noise of several scales looks to a PNG encoder as a photograph does. */
function tiles(height: number): string[] {
  return Array.from({ length: Math.ceil(height / 310) * 3 }, (_, at) => {
    const noise = `<filter id="n"><feTurbulence type="fractalNoise" baseFrequency="0.00${(at % 7) + 3}" numOctaves="5" seed="${at}"/><feColorMatrix type="saturate" values="2"/></filter>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="380" height="250">${noise}<rect width="380" height="250" filter="url(#n)"/></svg>`;
    return `<figure><img style="filter:hue-rotate(40deg)" width="380" height="250" alt="" src="data:image/svg+xml,${encodeURIComponent(svg)}"><figcaption>Picture ${at + 1} of the day</figcaption></figure>`;
  });
}
