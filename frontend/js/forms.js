// Pages with a form: the GOV.UK components in use, and the draft keeper. All words come from data-i18n attributes
// written by templates/macros/fields.html, so the language is the page's.
import { createAll } from "govuk-frontend/dist/govuk/init.mjs";
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { FileUpload } from "govuk-frontend/dist/govuk/components/file-upload/file-upload.mjs";
import { PasswordInput } from "govuk-frontend/dist/govuk/components/password-input/password-input.mjs";
import { Radios } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";
import { keepDrafts } from "./draft.js";
import { work } from "./work.js";

keepDrafts(); // before the counters, so that they count restored text
for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, FileUpload, PasswordInput, Radios]) {
  createAll(component);
}
for (const box of document.querySelectorAll("[data-work]")) {
  work(box);
}
