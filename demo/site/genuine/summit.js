// Marks the section in view in the navigation.
const links = new Map([...document.querySelectorAll('nav a')].map((link) => [link.hash.slice(1), link]));
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) links.get(entry.target.id)?.toggleAttribute('data-in-view', entry.isIntersecting);
});
for (const id of links.keys()) observer.observe(document.getElementById(id));
