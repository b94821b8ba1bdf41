interface Row {
  readonly name: string;
  readonly files: readonly string[];
}

/** Returns a page that shows the pictures of each state side by side. A click opens a picture. */
export function contactSheet(rows: readonly Row[]): string {
  const sections = rows.map(
    ({ name, files }) => `<h2>${name}</h2>
<div>${files.map((file) => `<a href="${file}"><img loading="lazy" src="${file}" alt="${file}" title="${file}"></a>`).join('')}</div>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Screens of the page</title>
<style>
  body { font-family: system-ui; margin: 1rem; background: #888; }
  div { display: flex; flex-wrap: wrap; gap: .5rem; align-items: start; }
  img { height: 18rem; border: 1px solid #444; }
</style>
${sections.join('\n')}
</html>
`;
}
