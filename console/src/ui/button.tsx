// Buttons and links that look like buttons.
import type {ComponentChildren, JSX} from 'preact';

type Kind = 'primary' | 'plain' | 'quiet' | 'danger';

interface Look {
	kind?: Kind;
	size?: 'small' | 'big';
	children: ComponentChildren;
}

const classOf = (kind: Kind = 'plain', size?: string) =>
	`button button-${kind}${size ? ` button-${size}` : ''}`;

export function Button({kind, size, busy, children, ...rest}: Look & {busy?: boolean} &
		Omit<JSX.IntrinsicElements['button'], 'size' | 'class'>) {
	return <button type="button" {...rest} class={classOf(kind, size)}
		aria-busy={busy ? 'true' : undefined}
		disabled={busy || rest.disabled}>{children}</button>;
}

export function LinkButton({kind, size, children, ...rest}: Look &
		Omit<JSX.IntrinsicElements['a'], 'size' | 'class'>) {
	return <a {...rest} class={classOf(kind, size)}>{children}</a>;
}
