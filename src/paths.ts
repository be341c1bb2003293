/**
 * What stands between two ends of a connection, and after how long a silence it forgets the connection.
 *
 * @module
 */

/** A load balancer, NAT or proxy with an idle limit. */
export interface Path {
  /** As a sentence names it. */
  readonly title: string;
  /** Seconds of silence after which it forgets or drops the connection; absent where that is configured everywhere. */
  readonly limit?: number;
  /** Whether TCP's probes count as a sign of life; "unconfirmed" where no source says so. */
  readonly probes: "count" | "unconfirmed" | "ignored";
  /** What helps where probes do not count. */
  readonly instead?: string;
  /** Where this is from. */
  readonly source: string;
}

const AWS_DOCS = "docs.aws.amazon.com/elasticloadbalancing/latest";
const SEND_DATA = "send data of the application's own, such as a ping of its protocol, or raise its idle timeout";

/** The known paths by name. */
export const PATHS: Readonly<Record<string, Path>> = Object.freeze({
  __proto__: null as never,
  "aws-nlb": {
    title: "an AWS Network Load Balancer",
    limit: 350,
    probes: "count",
    source: `${AWS_DOCS}/network/update-idle-timeout.html; boto/botocore 2916`,
  },
  "aws-nlb-tls": {
    title: "a TLS listener of an AWS Network Load Balancer",
    limit: 350,
    probes: "unconfirmed",
    source: `${AWS_DOCS}/network/update-idle-timeout.html`,
  },
  "aws-nat": {
    title: "an AWS NAT gateway",
    limit: 350,
    probes: "count",
    source: "AWS VPC guide, nat-gateway-troubleshooting",
  },
  "aws-gateway-lb": {
    title: "an AWS Gateway Load Balancer",
    limit: 350,
    probes: "unconfirmed",
    source: `${AWS_DOCS}/gateway/update-idle-timeout.html`,
  },
  "aws-network-firewall": {
    title: "an AWS Network Firewall",
    limit: 350,
    probes: "count",
    source: "docs.aws.amazon.com/network-firewall/latest/APIReference/API_FlowTimeouts.html",
  },
  "aws-transit-gateway": {
    title: "an AWS Transit Gateway",
    limit: 350,
    probes: "unconfirmed",
    source: "a third party's document only",
  },
  "aws-lambda": {
    title: "AWS Lambda in a VPC",
    limit: 350,
    probes: "count",
    source: "aws.amazon.com/premiumsupport/knowledge-center/lambda-vpc-timeout/",
  },
  "aws-alb": {
    title: "an AWS Application Load Balancer",
    limit: 60,
    probes: "ignored",
    instead: SEND_DATA,
    source: `${AWS_DOCS}/application/edit-load-balancer-attributes.html`,
  },
  "aws-classic-elb": {
    title: "an AWS Classic Load Balancer",
    limit: 60,
    probes: "ignored",
    instead: SEND_DATA,
    source: `${AWS_DOCS}/classic/config-idle-timeout.html`,
  },
  "aws-ec2": {
    title: "the connection tracking of an EC2 security group",
    limit: 432_000,
    probes: "unconfirmed",
    source: "EC2 ConnectionTrackingSpecification, TcpEstablishedTimeout",
  },
  gcp: {
    title: "a Google Cloud VPC",
    limit: 600,
    probes: "count",
    source: "gitlab-org/charts/gitlab 2519, quoting cloud.google.com/compute/docs/troubleshooting/general-tips",
  },
  "azure-lb": {
    title: "an Azure Load Balancer",
    limit: 240,
    probes: "count",
    source: "learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout",
  },
  "azure-redis": {
    title: "an Azure Cache for Redis",
    limit: 600,
    probes: "unconfirmed",
    source: "MicrosoftDocs azure-docs, cache-best-practices-connection: it speaks of commands",
  },
  ipvs: {
    title: "a Kubernetes service by IPVS",
    limit: 900,
    probes: "count",
    source: "kubernetes/kubernetes 71358; kubernetes/kops 6889",
  },
  "docker-swarm": {
    title: "a virtual address of Docker Swarm",
    limit: 900,
    probes: "count",
    source: "moby/moby 31208; docker/docs 5519",
  },
  conntrack: {
    title: "Linux's connection tracking",
    limit: 432_000,
    probes: "count",
    source: "Documentation/networking/nf_conntrack-sysctl",
  },
  nat: { title: "a NAT that obeys RFC 5382", limit: 7440, probes: "unconfirmed", source: "RFC 5382, REQ-5" },
  mysql: {
    title: "MySQL's wait_timeout",
    probes: "ignored",
    instead: "it counts commands: raise it, or let the pool send a query such as SELECT 1",
    source: "sidorares/node-mysql2 683",
  },
  redis: {
    title: "the Redis setting timeout",
    probes: "ignored",
    instead: "it counts commands: set it to 0, or send PING",
    source: "sewenew/redis-plus-plus 195",
  },
  pgbouncer: {
    title: "PgBouncer's client_idle_timeout",
    probes: "ignored",
    instead: "it counts queries: raise it, or let the pool send one",
    source: "the application timers of users.md, section 6",
  },
});
