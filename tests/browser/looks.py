"""What can be measured of how a page looks: contrast, targets, sideways scrolling."""

from tools.browser import Tab

LEAST_CONTRAST = 4.5
LEAST_TARGET_PX = 44

_PALE = """
    const rgb = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return {r, g, b, a};
    };
    const over = (top, under) => ({
        r: top.r * top.a + under.r * (1 - top.a),
        g: top.g * top.a + under.g * (1 - top.a),
        b: top.b * top.a + under.b * (1 - top.a),
        a: 1,
    });
    const light = ({r, g, b}) => {
        const [x, y, z] = [r, g, b].map((level) => {
            const c = level / 255;
            return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? 0 : 255;
    const ground = (element) => {
        const layers = [];
        for (let one = element; one; one = one.parentElement) {
            layers.push(rgb(getComputedStyle(one).backgroundColor));
            if (layers.at(-1).a === 1) break;
        }
        let under = {r: canvas, g: canvas, b: canvas, a: 1};
        for (const layer of layers.reverse()) under = over(layer, under);
        return under;
    };
    const measured = [];
    for (const element of document.querySelectorAll('body *')) {
        const said = element.tagName === 'TEXTAREA' ? element.value : [...element.childNodes]
            .filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
        const style = getComputedStyle(element);
        if (!said || !element.checkVisibility() || parseFloat(style.fontSize) === 0) continue;
        if (element.getBoundingClientRect().width < 2) continue;
        const under = ground(element);
        const [one, other] = [light(over(rgb(style.color), under)), light(under)].sort();
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        measured.push([said.slice(0, 40), contrast]);
    }
    return measured;
"""
_TARGETS = """
    const targets = 'button, input, textarea, a[href], summary, select';
    return [...document.querySelectorAll(targets)].filter((one) => one.checkVisibility())
        .map((one) => [one, one.getBoundingClientRect()])
        .map(([one, box]) => [one.id || one.textContent.trim(), box.width, box.height]);
"""
_WIDTHS = """
    const wide = [...document.querySelectorAll('body *')]
        .filter((one) => one.checkVisibility() && !one.closest('.stage, dialog:not([open])'))
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
        .filter((one) => getComputedStyle(one).display !== 'inline')
        .map((one) => `${one.tagName} ${one.id} ${one.textContent.trim().slice(0, 30)}`);
    const whole = document.documentElement;
    return [whole.scrollWidth - whole.clientWidth, wide];
"""


async def complaints(tab: Tab) -> list[str]:
    """Everything that is too pale, too small or too wide on the page as it stands."""
    found = []
    texts = await tab.run(_PALE)
    assert texts, "there is text on every page"
    found += [f"pale: {said!r} {ratio:.2f}" for said, ratio in texts if ratio < LEAST_CONTRAST]
    for name, width, height in await tab.run(_TARGETS):
        if min(width, height) < LEAST_TARGET_PX - 0.01:
            found.append(f"small: {name!r} {width:.1f} × {height:.1f}")
    sideways, wide = await tab.run(_WIDTHS)
    if sideways > 0:
        found.append(f"scrolls sideways by {sideways} px")
    return found + [f"cut off: {name}" for name in wide]
