// Modal dialogs on the browser's own <dialog>: focus, Escape and inertness of
// the page behind come with it.
import type {ComponentChildren} from 'preact';
import {useEffect, useId, useRef} from 'preact/hooks';
import {useAction} from '../hooks';
import {useI18n} from '../i18n';
import {Button} from './button';
import {ErrorBox} from './state';
import {common} from './texts';

export function Dialog({title, onClose, children, wide}: {
		title: string; onClose: () => void; children: ComponentChildren; wide?: boolean}) {
	const {t} = useI18n();
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		const d = ref.current;
		d?.showModal();
		return () => d?.close();
	}, []);
	return <dialog ref={ref} class={wide ? 'dialog dialog-wide' : 'dialog'}
		aria-labelledby={id} onCancel={(e) => {
			e.preventDefault();
			onClose();
		}}>
		<div class="dialog-head">
			<h2 id={id}>{title}</h2>
			<button type="button" class="dialog-close" onClick={onClose}
				aria-label={t(common.close)}>×</button>
		</div>
		<div class="dialog-body">{children}</div>
	</dialog>;
}

// Asks before something that cannot be taken back.
export function Confirm({title, children, confirm, onConfirm, onClose}: {
		title: string; children: ComponentChildren; confirm: string;
		onConfirm: () => Promise<void>; onClose: () => void}) {
	const {t} = useI18n();
	const action = useAction(async () => {
		await onConfirm();
		onClose();
	});
	return <Dialog title={title} onClose={onClose}>
		{children}
		<ErrorBox problem={action.problem} />
		<div class="form-actions">
			<Button kind="danger" busy={action.busy} onClick={() => void action.run()}>{confirm}</Button>
			<Button onClick={onClose}>{t(common.cancel)}</Button>
		</div>
	</Dialog>;
}
