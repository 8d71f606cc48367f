'use strict';

const letterWidth = 7.3;
const byId = id => document.getElementById(id);
const whole = document.documentElement.viewBox.baseVal.width;
const frames = [...document.querySelectorAll('.frame')].map(group => {
    const rect = group.querySelector('rect');
    return {
        group, rect, text: group.querySelector('text'), name: group.dataset.name, depth: +group.dataset.depth,
        x: +rect.getAttribute('x'), width: +rect.getAttribute('width'),
    };
});

function contains(outer, inner) {
    const rounding = 0.002;
    return outer.x <= inner.x + rounding && outer.x + outer.width + rounding >= inner.x + inner.width;
}

function place(frame, x, width, isOuter) {
    frame.group.classList.toggle('outer', isOuter);
    frame.rect.setAttribute('x', x);
    frame.rect.setAttribute('width', width);
    frame.text.setAttribute('x', x + 3);
    const letters = Math.floor((width - 6) / letterWidth);
    frame.text.textContent = letters < 3 ? ''
        : frame.name.length <= letters ? frame.name : frame.name.slice(0, letters - 1) + '…';
}

function zoom(target) {
    for (const frame of frames) {
        const isOuter = frame.depth < target.depth && contains(frame, target);
        const isInner = frame.depth >= target.depth && contains(target, frame);
        frame.group.style.display = isOuter || isInner ? '' : 'none';
        if (isOuter) place(frame, 0, whole, true);
        else if (isInner) {
            const scale = whole / target.width;
            place(frame, (frame.x - target.x) * scale, frame.width * scale, false);
        }
    }
}

// Frames that a marked one called do not count again.
function search(term) {
    let pattern = null;
    try { pattern = term ? new RegExp(term, 'i') : null; } catch { pattern = null; }
    const counted = [];
    for (const frame of frames) {
        const isFound = pattern !== null && pattern.test(frame.name);
        frame.group.classList.toggle('found', isFound);
        if (isFound && !counted.some(outer => outer.depth < frame.depth && contains(outer, frame))) counted.push(frame);
    }
    const share = counted.reduce((sum, frame) => sum + frame.width, 0) / whole;
    byId('found').textContent = pattern === null ? '' : `Found: ${(share * 100).toFixed(2)} %`;
    byId('search').textContent = pattern === null ? 'Search' : 'Clear';
}

function ask() {
    if (byId('search').textContent === 'Clear') search('');
    else search(prompt('Functions to search for (a regular expression):') ?? '');
}

for (const frame of frames) {
    frame.group.addEventListener('click', () => zoom(frame));
    frame.group.addEventListener('mouseover', () => {
        byId('details').textContent = frame.group.querySelector('title').textContent;
    });
    frame.group.addEventListener('mouseout', () => { byId('details').textContent = ''; });
}
byId('reset').addEventListener('click', () => zoom(frames[0]));
byId('search').addEventListener('click', ask);
addEventListener('keydown', event => {
    if (event.key === 'Escape') zoom(frames[0]);
    else if (event.key === '/') { event.preventDefault(); ask(); }
});
if (frames.length > 0) zoom(frames[0]);
// profile.svg#malloc marks what it names.
if (location.hash.length > 1) search(decodeURIComponent(location.hash.slice(1)));
