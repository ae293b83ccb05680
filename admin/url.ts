/** How the admin is reached. */

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** For a browser on the machine of the admin, where nobody has said what a browser is to use. */
export function publicUrl(config: { host: string; admin_url: string | null }, port: number): string {
  const everywhere = config.host === '0.0.0.0' || config.host === '::'
  return config.admin_url ?? urlOf(everywhere ? 'localhost' : config.host, port)
}
