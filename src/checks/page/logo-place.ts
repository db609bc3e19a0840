/** What pages call their logo, and the picture in the head that leads home. The browser is asked where it is. */
export const LOGO = [
  ':is(img,svg,picture):is([class*="logo" i],[id*="logo" i],[alt*="logo" i])',
  ':is(a,div,span,h1,figure):is([class*="logo" i],[id*="logo" i]) :is(img,svg)',
  ':is(header,[role="banner"]) a:is([href="/"],[rel~="home"]) :is(img,svg)',
].join(',');
