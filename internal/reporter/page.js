
(function () {
  "use strict";
  document.documentElement.classList.add("scripted");
  var rows = document.querySelectorAll("tr[data-severity]");
  var severity = document.getElementById("severity");
  var stage = document.getElementById("stage");
  var words = document.getElementById("words");
  var shown = document.getElementById("shown");
  function filter() {
    var n = 0, q = words.value.toLowerCase();
    rows.forEach(function (row) {
      var hide = severity.value && row.dataset.severity !== severity.value ||
        stage.value && row.dataset.stage !== stage.value ||
        q && row.textContent.toLowerCase().indexOf(q) < 0;
      row.hidden = Boolean(hide);
      if (!hide) { n++; }
    });
    shown.textContent = n + " of " + rows.length + " shown";
  }
  [severity, stage, words].forEach(function (e) { e.addEventListener("input", filter); });
  filter();
})();
