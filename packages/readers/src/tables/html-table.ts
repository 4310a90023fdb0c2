/** A table of an HTML text: the cells of its rows as text, and where it begins. */
export interface HtmlTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Text between the table before and this one, which may tell of it. */
  readonly before: string;
}

const entities: readonly (readonly [string, string])[] = [
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&nbsp;", " "],
  ["&amp;", "&"],
];

/** Text without tags, in one pass. */
function plainText(html: string): string {
  let text = "";
  for (let at = 0; at < html.length;) {
    const open = html.indexOf("<", at);
    if (open < 0) return decoded(text + html.slice(at));
    text += html.slice(at, open);
    const close = html.indexOf(">", open);
    at = close < 0 ? html.length : close + 1;
  }
  return decoded(text);
}

const decoded = (text: string): string =>
  entities.reduce((left, [name, mark]) => left.replaceAll(name, mark), text).trim();

/** The pieces of a text that begin with an opening mark, each up to the next. */
const piecesAt = (html: string, mark: RegExp): string[] => html.split(mark).slice(1);

function rowCells(row: string): string[] {
  return piecesAt(row, /<t[hd](?=[\s>])/i).map((piece) => plainText(piece.slice(piece.indexOf(">") + 1)));
}

function tableOf(html: string, before: string): HtmlTable {
  const rows = piecesAt(html, /<tr(?=[\s>])/i);
  const [header = [], ...body] = rows.map(rowCells);
  return { header, rows: body, before };
}

/** The tables of an HTML text, in linear time; a table that is not closed is left out. */
export function findHtmlTables(html: string): HtmlTable[] {
  const lower = html.toLowerCase();
  const tables: HtmlTable[] = [];
  let from = 0;
  for (let at = lower.indexOf("<table"); at >= 0; at = lower.indexOf("<table", from)) {
    const end = lower.indexOf("</table>", at);
    if (end < 0) break;
    tables.push(tableOf(html.slice(at, end), html.slice(from, at)));
    from = end + "</table>".length;
  }
  return tables;
}
