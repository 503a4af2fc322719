// Every page. Folds the navigation on phones, shows print buttons, and fetches the form helpers only where there is a form
// that can use them. Nothing on the site depends on this file.
import { ServiceNavigation } from "govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs";

const html = document.documentElement;

if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  html.classList.add("govuk-frontend-supported");

  for (const nav of document.querySelectorAll('[data-module="govuk-service-navigation"]')) {
    new ServiceNavigation(nav);
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // Notices after an action: put the reader there, once.
  const notice = document.querySelector('[role="alert"][data-focus]');
  if (notice) {
    notice.tabIndex = -1;
    notice.focus();
  }

  const forms = document.querySelector("script[data-forms]");
  const wanted =
    '[data-draft], [data-draft-clear], [data-module="govuk-character-count"], [data-module="govuk-radios"], ' +
    '[data-module="govuk-checkboxes"], [data-module="govuk-file-upload"], [data-module="govuk-password-input"], ' +
    '[data-module="govuk-error-summary"], [data-module="govuk-button"]';
  if (forms && document.querySelector(wanted)) {
    import(forms.dataset.forms);
  }
}
