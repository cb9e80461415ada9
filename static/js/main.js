// The acts that HTML alone cannot do. Every module binds itself to data- attributes by delegation on
// the document, so what htmx swaps in needs no second binding.
import "./announce.js";
import "./bulk.js";
import "./channels.js";
import "./compare.js";
import "./confirm.js";
import "./copy.js";
import "./cuts.js";
import "./cutter.js";
import "./films.js";
import "./focus.js";
import "./forms.js";
import "./keys.js";
import "./menu.js";
import "./overflow.js";
import "./packs.js";
import "./pins.js";
import "./placement.js";
import "./polling.js";
import "./refusals.js";
import "./rows.js";
import "./slots.js";
import "./strength.js";
import "./terms.js";
import "./theme.js";
import "./upload.js";
import "./viewer.js";
import "./zips.js";
import "./language.js"; // the last: what it puts back is heard by the others
