/** `check --html`: the whole run in one file a person can open, mail and print. Pure. */

import { type Html, html, quoted } from '../../core/markup.js';
import type { Picture } from '../../core/model.js';
import { diagnosisWords, duration, moment, scopeWords, sureness } from '../../core/words.js';
import type { SiteInspection } from '../../monitor.js';
import { type Run, UNSANDBOXED } from './check-json.js';
import { decision } from './decision.js';
import { exitCodeOf, siteExitCode } from './exit-code.js';
import { findingList, resolverTable, textDifferences } from './html-findings.js';
import { page } from './html-page.js';
import { type Album, album, comparisons, victims } from './html-pictures.js';
import { nextSteps } from './next-steps.js';
import { ASN_CREDIT, failuresOf, headline, markOf, tally, toneOf } from './words.js';

/** The report as one HTML document without outside references. */
export function htmlReport(run: Run): string {
  const shown = album(run.sites.flatMap((site) => (siteExitCode(site) === 0 ? [] : picturesOf(site))));
  const { word } = decision(run.sites);
  const body = html`${head(run)}
<main>${run.sites.map((site, index) => card(site, index, shown))}</main>
<footer>${run.sandbox === 'off' ? html`<strong>${UNSANDBOXED}</strong> ` : null}Made by Siteward ${run.version}. This file loads nothing from anywhere; every value in it is what was received, shown as text. ${run.asnCredit ?? ASN_CREDIT}.</footer>`;
  return page(`${word} · ${tally(run.sites)} · Siteward`, body);
}

function picturesOf(site: SiteInspection): readonly Picture[] {
  return site.inspections.flatMap(({ exhibits }) => exhibits.pictures);
}

function head(run: Run): Html {
  const { word, tone } = decision(run.sites);
  const only = run.sites.length === 1 ? run.sites[0] : undefined;
  const lead = only ? quoted(only.summary) : `${run.sites.length} sites: ${tally(run.sites)}.`;
  return html`<header>
<p class="brand">Siteward <span class="dim">check report</span></p>
<h1 class="decision ${tone}"><span aria-hidden="true">${markOf(tone)}</span>${word}</h1>
<p class="lead">${lead}</p>
<p class="meta">${moment(run.startedAt)} · took ${duration(run.tookMs)} · exit code ${exitCodeOf(run.sites)}</p>
<ul class="overview">${run.sites.map(overviewRow)}</ul>
</header>`;
}

function overviewRow(site: SiteInspection, index: number): Html {
  const { tone } = decision([site]);
  return html`<li><a class="${tone}" href="#site-${index}"><span class="tick" aria-hidden="true">${markOf(tone)}</span><span class="id">${quoted(site.site.id)}</span><span class="state">${headline(site)}</span>${checksOf(site)}</a></li>
`;
}

function checksOf(site: SiteInspection): Html {
  return html`<span class="checks">${site.inspections.map(({ target, verdict, tookMs }) => {
    const tone = toneOf(verdict);
    return html`<span class="${tone}"><span class="tick">${markOf(tone)}</span>${target.kind} ${duration(tookMs)}</span>`;
  })}</span>`;
}

function card(site: SiteInspection, index: number, shown: Album): Html {
  const { tone } = decision([site]);
  const quiet = siteExitCode(site) === 0;
  const resolvers = site.inspections.flatMap(({ exhibits }) => exhibits.resolvers);
  return html`<article id="site-${index}" class="${tone}${quiet ? ' quiet' : ''}">
<p class="badge">${markOf(tone)} ${headline(site)}</p>
<h2>${quoted(site.site.title ?? site.site.id)}</h2>
<p class="address mono">${quoted(site.site.url ?? site.site.name)}</p>
${quiet ? null : html`<p class="sentence">${quoted(site.summary)}</p>`}
${quiet ? null : facts(site)}
${quiet ? null : pictures(site, index, shown)}
${findingList(site.findings)}
${quiet ? null : site.inspections.map(({ exhibits }) => textDifferences(exhibits.texts))}
${quiet ? null : resolverTable(resolvers)}
${failures(site)}
${quiet ? null : ending(site)}
</article>
`;
}

function facts(site: SiteInspection): Html {
  const looks = Math.max(0, ...site.inspections.map((inspection) => inspection.looks));
  const entries: readonly (readonly [string, Html | string | null])[] = [
    ['Site', quoted(site.site.id)],
    ['Diagnosis', site.diagnosis && diagnosisWords(site.diagnosis)],
    ['Confidence', site.confidence === null ? null : sureness(site.confidence)],
    ['Seen', site.scope && scopeWords(site.scope)],
    ['Looks', looks > 1 ? `${looks}, confirmed` : null],
    ['Checks', checksOf(site)],
  ];
  return html`<dl class="facts">${entries.map(([name, value]) => (value === null ? null : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}</dl>`;
}

function pictures(site: SiteInspection, index: number, shown: Album): Html {
  const all = site.inspections.flatMap(({ target, exhibits }) =>
    comparisons(exhibits.pictures, `${index}-${target.kind}`, shown, site.evidence),
  );
  const compared = all.length === 0 ? null : html`<h3>Approved and now</h3>${all}`;
  return html`${compared}${victims(picturesOf(site), shown, site.evidence)}`;
}

function failures(site: SiteInspection): Html | null {
  const missing = failuresOf(site);
  if (missing.length === 0) return null;
  return html`<h3>What could not be seen</h3>${missing.map(({ kind, detail }) => html`<p class="missing"><b>${kind}</b> ${quoted(detail)}</p>`)}`;
}

function ending(site: SiteInspection): Html {
  const steps = nextSteps(site);
  return html`${site.evidence === null ? null : html`<h3>Evidence</h3><p><code>${site.evidence}</code></p>`}
${steps.length === 0 ? null : html`<h3>What to do now</h3><ol class="next">${steps.map(({ text, command }) => html`<li>${text}${command === undefined ? null : html`<code>${command}</code>`}</li>`)}</ol>`}`;
}
