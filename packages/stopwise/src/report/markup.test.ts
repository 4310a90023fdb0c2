import { expect, test } from "vitest";
import { html, Markup } from "./markup.ts";

test("text is escaped, in content and in attributes", () => {
  expect(html`<a title="${`"x" & 'y'`}">${"<script>"}</a>`.text).toBe(
    '<a title="&quot;x&quot; &amp; &#39;y&#39;">&lt;script&gt;</a>',
  );
});

test("markup stays, lists are joined, null is nothing, zero is a number", () => {
  expect(html`${[html`<b>1</b>`, " < ", null, 0]}${new Markup("<i>")}`.text).toBe("<b>1</b> &lt; 0<i>");
});
