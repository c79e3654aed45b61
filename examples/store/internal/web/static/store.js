// Everything works without this script, but for Amazon's buttons.
(function () {
  'use strict';

  // A form that is sent once is not sent again by a second click. The server does not rely on it.
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'yes';
    var button = event.submitter;
    if (button && button.dataset.busy) {
      button.setAttribute('aria-disabled', 'true');
      button.textContent = button.dataset.busy;
    }
  });

  // A page that the back button brings out of the browser's memory works again.
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) {
      window.location.reload();
    }
  });

  // The summary of what is wrong with a form is read first.
  var summary = document.querySelector('.summary');
  if (summary) {
    summary.focus();
  }
})();
