// Optional: every 30 seconds lays the list and the tiles anew, without the chosen alert (so nothing is logged as read).
// The page works without this. The header lets the server keep the session's clock as it was.
(function () {
  "use strict";
  async function ververs() {
    const lijst = document.getElementById("lijst");
    if (document.hidden || !lijst || lijst.contains(document.activeElement)) return;
    const gekozen = lijst.querySelector("[aria-current]");
    const antwoord = await fetch(lijst.dataset.bron, { headers: { "X-Verversen": "1" }, redirect: "error" });
    if (!antwoord.ok) return;
    const nieuw = new DOMParser().parseFromString(await antwoord.text(), "text/html");
    for (const id of ["lijst", "tegels", "bijgewerkt"]) {
      const oud = document.getElementById(id);
      const vers = nieuw.getElementById(id);
      if (oud && vers && !oud.contains(document.activeElement)) oud.replaceWith(document.adoptNode(vers));
    }
    if (!gekozen) return;
    for (const link of document.querySelectorAll("#lijst .kaart__titel a")) {
      if (link.href !== gekozen.href) continue;
      link.setAttribute("aria-current", "true");
      link.closest(".kaart").classList.add("kaart--gekozen");
    }
  }
  setInterval(function () { ververs().catch(function () {}); }, 30000);
})();
