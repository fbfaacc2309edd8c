// Short messages that go by themselves, read out by screen readers.
import {createContext, type ComponentChildren} from 'preact';
import {useCallback, useContext, useRef, useState} from 'preact/hooks';

interface Toast {
	id: number;
	text: string;
}

const Context = createContext<(text: string) => void>(() => undefined);
const shown_ms = 6000;

export function ToastProvider({children}: {children: ComponentChildren}) {
	const [toasts, set] = useState<Toast[]>([]);
	const count = useRef(0);
	const show = useCallback((text: string) => {
		const id = ++count.current;
		set((all) => [...all.slice(-2), {id, text}]);
		setTimeout(() => set((all) => all.filter((x) => x.id !== id)), shown_ms);
	}, []);
	return <Context.Provider value={show}>
		{children}
		<div class="toasts" role="status" aria-live="polite">
			{toasts.map((x) => <div key={x.id} class="toast">{x.text}</div>)}
		</div>
	</Context.Provider>;
}

export const useToast = () => useContext(Context);
