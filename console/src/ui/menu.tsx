// A menu of actions: in the browser's top layer, so that no table cuts it off.
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';

export interface MenuItem {
	label: string;
	danger?: boolean;
	onPick: () => void;
}

function place(menu: HTMLElement, anchor: HTMLElement) {
	const a = anchor.getBoundingClientRect();
	const m = menu.getBoundingClientRect();
	const below = a.bottom + 4 + m.height <= innerHeight;
	menu.style.top = `${Math.max(4, below ? a.bottom + 4 : a.top - m.height - 4)}px`;
	menu.style.left = `${Math.max(4, Math.min(a.right - m.width, innerWidth - m.width - 4))}px`;
}

function move(menu: HTMLElement, key: string): boolean {
	const all = [...menu.querySelectorAll('button')];
	const at = all.indexOf(document.activeElement as HTMLButtonElement);
	const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1}[key];
	if (to === undefined)
		return false;
	all.at(to % all.length)?.focus();
	return true;
}

export function Menu({label, anchor, items, onClose}: {label: string; anchor: HTMLElement;
		items: readonly MenuItem[]; onClose: () => void}) {
	const ref = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		const menu = ref.current;
		if (!menu)
			return;
		menu.showPopover();
		place(menu, anchor);
		menu.querySelector('button')?.focus({preventScroll: true});
	}, [anchor]);
	useEffect(() => {
		const close = () => ref.current?.hidePopover();
		addEventListener('scroll', close, {passive: true});
		addEventListener('resize', close);
		return () => {
			removeEventListener('scroll', close);
			removeEventListener('resize', close);
		};
	}, []);
	return <div ref={ref} class="menu" role="menu" aria-label={label} popover="auto"
		onToggle={(e) => {
			if (e.newState === 'closed')
				onClose();
		}}
		onKeyDown={(e) => {
			if (ref.current && move(ref.current, e.key))
				e.preventDefault();
			else if (e.key === 'Tab')
				ref.current?.hidePopover();
		}}>
		{items.map((item) => <button key={item.label} type="button" role="menuitem" tabIndex={-1}
			class={item.danger ? 'menu-item menu-danger' : 'menu-item'}
			onClick={() => {
				anchor.focus({preventScroll: true});
				ref.current?.hidePopover();
				item.onPick();
			}}>{item.label}</button>)}
	</div>;
}
