// SPDX-License-Identifier: LGPL-2.1-or-later

/* Tokens for scripts: made, shown once, taken back. */

import { useState } from 'preact/hooks';
import { useAction } from '../../api/action';
import { del, post } from '../../api/client';
import { useQuery } from '../../api/query';
import { Button, Card, confirmDanger, Dialog, Field, Input, Loaded, Select, Time, toast } from '../../ui';
import { Table, type Column } from '../../ui/table';
import { w } from './words';

type Scope = 'read' | 'ban' | 'admin';

interface TokenRow {
        id: number;
        name: string;
        scope: Scope;
        created_at: number;
        expires_at: number;
        last_used_at: number;
}

const DAYS = 365;

function Make({ onDone }: { onDone: () => void }) {
        const [name, setName] = useState('');
        const [scope, setScope] = useState<Scope>('read');
        const [days, setDays] = useState(String(DAYS));
        const [token, setToken] = useState('');
        const { busy, run } = useAction();

        const submit = (event: Event) => {
                event.preventDefault();
                void run('make', async () => {
                        const made = await post<{ token: string }>('auth/tokens', { name, scope, days: Number(days) });
                        setToken(made.token);
                });
        };
        const copy = () =>
                void navigator.clipboard.writeText(token).then(() => toast({ text: w.copied, tone: 'good' }));

        if (token)
                return (
                        <Dialog
                                title={w.newToken}
                                onClose={onDone}
                                fixed
                                actions={<Button onClick={onDone}>{w.done}</Button>}
                        >
                                <p>{w.newTokenText}</p>
                                <p class="settings-token">
                                        <code>{token}</code>
                                        <Button kind="quiet" icon="copy" onClick={copy}>
                                                {w.copy}
                                        </Button>
                                </p>
                        </Dialog>
                );
        return (
                <Dialog title={w.make} onClose={onDone}>
                        <form class="settings-form" onSubmit={submit}>
                                <Field label={w.name}>
                                        <Input value={name} required maxLength={64} onValue={setName} />
                                </Field>
                                <Field label={w.scope}>
                                        <Select<Scope>
                                                value={scope}
                                                options={(['read', 'ban', 'admin'] as const).map((value) => ({
                                                        value,
                                                        text: w[value],
                                                }))}
                                                onValue={setScope}
                                        />
                                </Field>
                                <Field label={w.days} hint={w.daysHint}>
                                        <Input
                                                type="number"
                                                min={0}
                                                max={3650}
                                                required
                                                value={days}
                                                onValue={setDays}
                                        />
                                </Field>
                                <Button type="submit" kind="primary" busy={busy === 'make'}>
                                        {w.make}
                                </Button>
                        </form>
                </Dialog>
        );
}

export function Tokens() {
        const tokens = useQuery<{ rows: TokenRow[] }>('auth/tokens');
        const [making, setMaking] = useState(false);
        const { busy, run } = useAction();

        const takeBack = async (row: TokenRow) => {
                const sure = { title: w.takeBackAsk(row.name), text: w.takeBackText, action: w.takeBack };
                if (await confirmDanger(sure))
                        await run(
                                String(row.id),
                                () => del(`auth/tokens/${row.id}`).then(() => tokens.refresh()),
                                w.ended,
                        );
        };
        const columns: Column<TokenRow>[] = [
                { key: 'name', title: w.name, cell: (row) => <strong>{row.name}</strong> },
                { key: 'scope', title: w.scope, cell: (row) => w[row.scope] },
                { key: 'started', title: w.started, cell: (row) => <Time at={row.created_at} /> },
                { key: 'used', title: w.used, cell: (row) => <Time at={row.last_used_at} /> },
                {
                        key: 'expires',
                        title: w.expires,
                        cell: (row) => (row.expires_at ? <Time at={row.expires_at} /> : w.never),
                },
                {
                        key: 'end',
                        title: <span class="only-read">{w.takeBack}</span>,
                        label: '',
                        cell: (row) => (
                                <Button
                                        kind="quiet"
                                        aria-label={w.takeBackName(row.name)}
                                        busy={busy === String(row.id)}
                                        onClick={() => void takeBack(row)}
                                >
                                        {w.takeBack}
                                </Button>
                        ),
                },
        ];
        return (
                <Card
                        title={w.tokens}
                        note={w.tokensLead}
                        busy={tokens.loading}
                        actions={
                                <Button icon="plus" onClick={() => setMaking(true)}>
                                        {w.make}
                                </Button>
                        }
                >
                        <Loaded query={tokens}>
                                {({ rows }) =>
                                        rows.length ? (
                                                <Table
                                                        label={w.tokensTable}
                                                        columns={columns}
                                                        rows={rows}
                                                        rowKey={(row) => row.id}
                                                />
                                        ) : (
                                                <p class="soft">{w.noTokens}</p>
                                        )
                                }
                        </Loaded>
                        {making && (
                                <Make
                                        onDone={() => {
                                                setMaking(false);
                                                void tokens.refresh();
                                        }}
                                />
                        )}
                </Card>
        );
}
